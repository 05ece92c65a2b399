import { assertOrder, type Middleware, tollgateErrors } from '@tollgate/kit/core'
import type { Express } from 'express'
import { healthz } from '../endpoints/health.ts'
import { nothingHere } from '../endpoints/nothing-here.ts'
import { bareApp } from '../gateway-app.ts'
import type { OperatorOf } from './operators.ts'
import { requireOperator } from './require-operator.ts'
import { type AdminRouterOptions, mountRoutes } from './router.ts'
import { ADMIN_ROUTES } from './routes.ts'

export interface AdminAppOptions extends AdminRouterOptions {
  readonly operatorOf: OperatorOf
  readonly readyz: Middleware
}

/** What operators reach, on a listener of its own: health without a token, everything else with it. */
export function adminApp({ operatorOf, readyz, ...options }: AdminAppOptions): Express {
  const app = bareApp()
  app.route('/healthz').get(healthz())
  app.route('/readyz').get(readyz)
  app.use(requireOperator(operatorOf))
  mountRoutes(app, ADMIN_ROUTES, options)
  const served = ['GET /healthz', 'GET /readyz', 'GET /metrics', 'what GET /admin/v1/openapi.json lists']
  app.use(nothingHere(served), tollgateErrors())
  assertOrder(app)
  return app
}
