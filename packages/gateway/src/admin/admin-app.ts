import { assertOrder, type Stage, tollgateErrors } from '@tollgate/kit/core'
import type { Express } from 'express'
import { healthz } from '../endpoints/health.ts'
import { nothingHere } from '../endpoints/nothing-here.ts'
import { bareApp } from '../gateway-app.ts'
import { requireToken } from './admin-token.ts'

export interface AdminAppOptions {
  readonly token: string
  readonly readyz: Stage
  readonly metrics: Stage
  readonly spend: Stage
  readonly providers: Stage
}

/** What operators reach, on a listener of its own: health without a token, everything else with it. */
export function adminApp({ token, readyz, metrics, spend, providers }: AdminAppOptions): Express {
  const app = bareApp()
  app.route('/healthz').get(healthz())
  app.route('/readyz').get(readyz)
  app.use(requireToken(token))
  app.route('/metrics').get(metrics)
  app.route('/admin/v1/spend').get(spend)
  app.route('/admin/v1/providers').get(providers)
  app.use(
    nothingHere([
      'GET /metrics',
      'GET /admin/v1/spend',
      'GET /admin/v1/providers',
      'GET /healthz',
      'GET /readyz',
    ]),
    tollgateErrors(),
  )
  assertOrder(app)
  return app
}
