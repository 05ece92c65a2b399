import { providerFailover } from '@tollgate/kit'
import express from 'express'
import { CLIENT_AUTHORIZATION } from '../exchange.ts'
import { serveTarget } from './target.ts'
import { upstreamRoutes } from './upstream-routes.ts'

/** Tollgate without money: the call is read, checked, routed and forwarded, and nobody pays. */
await serveTarget({
  authorization: CLIENT_AUTHORIZATION,
  handler: express()
    .disable('x-powered-by')
    .use('/v1', providerFailover({ routes: upstreamRoutes })),
})
