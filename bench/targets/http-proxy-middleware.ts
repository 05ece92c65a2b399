import { Agent } from 'node:http'
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { CLIENT_AUTHORIZATION } from '../exchange.ts'
import { serveTarget, upstreamOrigin } from './target.ts'

/** What an Express service puts before a provider when it has no need to look inside. */
await serveTarget({
  authorization: CLIENT_AUTHORIZATION,
  handler: express()
    .disable('x-powered-by')
    .use(createProxyMiddleware({ target: upstreamOrigin, agent: new Agent({ keepAlive: true }) })),
})
