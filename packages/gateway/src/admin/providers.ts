import { type Clock, defineStage, type Stage, TollgateError } from '@tollgate/kit/core'
import {
  type Closure,
  type DeploymentHealth,
  type Explained,
  explain,
  type HealthBoard,
  overview,
} from '@tollgate/kit/stages/provider-failover'
import type { Routes } from '@tollgate/kit/wire'
import type { Config } from '../config/index.ts'
import { queryOf, sendJson } from '../endpoints/json.ts'

export interface ProvidersOptions {
  /** As it is now. */
  readonly config: () => Pick<Config, 'disabledProviders'>
  readonly routes: () => Routes
  readonly health: HealthBoard
  readonly clock: Clock
}

/**
 * How every deployment does that a route leads to, or that has been asked, and why; and which routes have none that is open.
 * `?model=gpt-4o`: where a request for it would go now, in order, and why not elsewhere.
 */
export const providers = ({ config, routes, health, clock }: ProvidersOptions): Stage =>
  defineStage({
    name: 'providers',
    handle: function providers(req, res) {
      const nowMs = clock.now()
      const led = { routes: routes(), health }
      const model = queryOf(req).get('model')
      if (model === null) {
        const disabled = config().disabledProviders.map(({ name, because }) => ({ provider: name, because }))
        const { deployments, shutRoutes } = overview(led, nowMs)
        const told = { deployments: deployments.map(healthJson), shut_routes: shutRoutes, disabled }
        return sendJson(res, told)
      }
      const route = explain(led, { model, dialect: 'openai', nowMs })
      if (route.length === 0) {
        throw new TollgateError('model_not_found', {
          param: 'model',
          message: `No provider serves ${model} here.`,
        })
      }
      sendJson(res, { model, route: route.map(explainedJson) })
    },
  })

function healthJson(health: DeploymentHealth): object {
  const { provider, model, key, breaker, closure, latencyMs, inFlight, answered, failed, lastFailure } =
    health
  return {
    provider,
    model,
    ...(key !== undefined && { key }),
    ...closureJson(closure),
    breaker,
    latency_ms: latencyMs,
    in_flight: inFlight,
    answered,
    failed,
    last_failure: lastFailure
      ? { kind: lastFailure.kind, status: lastFailure.status ?? null, at: timeText(lastFailure.atMs) }
      : null,
  }
}

function explainedJson({ deployment, closure, latencyMs, inFlight }: Explained): object {
  const { provider, model, key } = deployment
  return {
    provider: provider.name,
    model,
    ...(key !== undefined && { key }),
    ...closureJson(closure),
    latency_ms: latencyMs,
    in_flight: inFlight,
  }
}

function closureJson(closure: Closure | undefined): object {
  if (!closure) return { state: 'open to calls' }
  return { state: 'shut', because: closure.why, until: timeText(closure.untilMs) }
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString()
}
