import type { Clock } from '@tollgate/kit/core'
import type { PriceBook } from '@tollgate/kit/meter'
import type { AuditLog } from '@tollgate/kit/stages/audit-log'
import type { Provider } from '@tollgate/kit/wire'
import type { Express } from 'express'
import type { Config } from './config/index.ts'
import { type Checks, type Readiness, readiness } from './endpoints/health.ts'
import { me } from './endpoints/me.ts'
import { modelCatalogue } from './endpoints/model-catalogue.ts'
import { models } from './endpoints/models.ts'
import { gatewayApp } from './gateway-app.ts'
import { pricesOf } from './pipeline/prices.ts'
import { routesOf } from './pipeline/provider-routes.ts'
import { stagesOf } from './pipeline/stages.ts'
import { tierRules } from './pipeline/tiers.ts'
import { type Traffic, traffic } from './pipeline/traffic.ts'
import type { Store } from './store/store.ts'

export interface ServiceOptions {
  readonly config: Config
  readonly store: Pick<Store, 'ledger' | 'directory' | 'masterKey'>
  /** What the store needs besides, to serve. */
  readonly checks?: Checks
  readonly providers: readonly Provider[]
  readonly audit: AuditLog
  /** Aborted when calls that run are waited for no longer. */
  readonly stop?: AbortSignal
  readonly clock: Clock
}

/** What callers are served by, before anybody listens. */
export interface Service {
  readonly app: Express
  readonly traffic: Traffic
  readonly ready: Readiness
}

/**
 * Put a gateway together: the configured pipeline and what stands beside it, on a store and some providers.
 *
 * @throws TollgateError `misassembled` when the stages are in an order that cannot work.
 * @throws Error when a module of the operator's own is no stage, or a file of prices cannot be read.
 */
export function service({
  config,
  store,
  checks = {},
  providers,
  audit,
  stop = new AbortController().signal,
  clock,
}: ServiceOptions): Service {
  const { ledger, directory, masterKey } = store
  const prices = pricesOf(config, clock)
  const routes = routesOf(config, providers, prices)
  const tiers = tierRules(config)
  const passing = traffic()
  const all = { ...checksOf(config, store, prices, providers), ...checks }
  const ready = readiness(all, { clock, file: config.file })
  const app = gatewayApp({
    traffic: passing.stage,
    stages: stagesOf({ config, ledger, directory, masterKey, prices, routes, tiers, audit, stop, clock }),
    models: models({ catalogue: modelCatalogue({ providers, routes, prices, clock }), tiers }),
    me: me({ ledger, tiers, exposeLimits: config.exposeLimits }),
    readyz: ready.stage,
  })
  return { app, traffic: passing, ready }
}

/** No reservation is meant by it; it has to be some time. */
const HEARTBEAT_MS = 1000

/** What a request needs. A heartbeat of nothing changes nothing, and shows that the books can be written. */
function checksOf(
  config: Config,
  { ledger }: ServiceOptions['store'],
  prices: PriceBook,
  providers: readonly Provider[],
): Checks {
  return {
    store: () => ledger.heartbeat(config.org, [], HEARTBEAT_MS),
    prices: () => prices.price({ provider: 'openai', model: 'gpt-4o' }),
    providers() {
      if (providers.length === 0) throw new Error('no provider has a key')
    },
  }
}
