import {
  assertOrder,
  compose,
  type ForeignHandler,
  type Middleware,
  type Stage,
  stageMeta,
  tollgateErrors,
} from '@tollgate/kit/core'
import { CALL_PATHS, CALL_SUFFIXES, type Passages } from '@tollgate/kit/wire'
import express, { type Express } from 'express'
import { healthz } from './endpoints/health.ts'
import { nothingHere } from './endpoints/nothing-here.ts'

/** The provider calls that are served, wherever an SDK puts the rest of its base URL. */
const CALLS = new RegExp(`(?:${CALL_SUFFIXES.join('|')})$`)

export interface GatewayAppOptions {
  /** Before every stage. */
  readonly traffic: Stage
  /** The configured pipeline. */
  readonly stages: readonly (Stage | ForeignHandler)[]
  /** What is no call of a model, and goes the same way. */
  readonly passages: Passages
  readonly models: Stage
  readonly me: Stage
  readonly access: Stage
  /** Absent where nothing is answered from a cache. */
  readonly cacheFeedback?: readonly Stage[]
  readonly readyz: Stage
}

/**
 * What callers reach. Provider calls come first: an app asks its handlers in order, and these are the requests that are
 * counted in thousands a second.
 *
 * @throws TollgateError `misassembled` when the configured order cannot work.
 */
export function gatewayApp({
  traffic,
  stages,
  passages,
  models,
  me,
  access,
  cacheFeedback,
  readyz,
}: GatewayAppOptions): Express {
  const app = bareApp()
  const pipeline = inOrder(traffic, ...stages)
  app.route(CALLS).all(pipeline)
  const identified = whoCalls(stages)
  if (identified.length > 0) {
    app.route(['/v1/models', '/v1/models/*id']).get(inOrder(...identified, models))
    app.route('/tollgate/me').get(inOrder(...identified, me))
    const asking = inOrder(...identified, access)
    app.route('/tollgate/access').get(asking).post(asking)
    if (cacheFeedback) app.route('/tollgate/cache/feedback').post(inOrder(...identified, ...cacheFeedback))
  }
  app.route('/healthz').get(healthz())
  app.route('/readyz').get(readyz)
  app.use(passing(passages, pipeline))
  const ofCallers =
    identified.length > 0 ? ['GET /v1/models', 'GET /tollgate/me', 'POST /tollgate/access'] : []
  app.use(nothingHere([...CALL_PATHS.map((path) => `POST ${path}`), ...ofCallers]), tollgateErrors())
  assertOrder(app)
  return app
}

/**
 * The pipeline for requests that are passed through to a provider. All others go on to the next handler, and are not
 * asked who they are.
 */
function passing(passages: Passages, pipeline: Middleware): Middleware {
  return function passing(req, res, next) {
    if (passages.resolve(req)) pipeline(req, res, next)
    else next()
  }
}

/** What a config names is known only now: the order is checked here, and not by the compiler. */
function inOrder(...handlers: readonly ForeignHandler[]): Middleware {
  return compose(...handlers)
}

/** An Express app without what no client of a gateway needs. It compares paths letter by letter, as the stages do. */
export function bareApp(): Express {
  const app = express()
  for (const setting of ['x-powered-by', 'etag', 'query parser']) app.disable(setting)
  for (const setting of ['case sensitive routing', 'strict routing']) app.enable(setting)
  return app
}

/** The part of the pipeline that tells who calls, without the audit log: only calls of providers are recorded. */
function whoCalls(stages: readonly (Stage | ForeignHandler)[]): readonly (Stage | ForeignHandler)[] {
  const giver = stages.findIndex((stage) => stageMeta(stage)?.gives.some(({ name }) => name === 'principal'))
  return stages.slice(0, giver + 1).filter((stage) => stageMeta(stage)?.name !== 'audit-log')
}
