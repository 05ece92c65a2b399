import { memoryLimits } from '@tollgate/kit'
import { recordCache } from '@tollgate/kit/access'
import type { CacheStore } from '@tollgate/kit/cache'
import type { SemanticTier } from '@tollgate/kit/cache/semantic'
import type { Clock } from '@tollgate/kit/core'
import type { Limits, Runaway } from '@tollgate/kit/limits'
import type { PriceBook } from '@tollgate/kit/meter'
import type { Owners } from '@tollgate/kit/owners'
import type { AuditLog } from '@tollgate/kit/stages/audit-log'
import {
  fetchBy,
  type HealthBoard,
  healthBoard,
  type NodeAgents,
  nodeAgents,
  providerAgent,
} from '@tollgate/kit/stages/provider-failover'
import type { Provider, Routes } from '@tollgate/kit/wire'
import type { Express } from 'express'
import { type Config, knownProviders } from './config/index.ts'
import { access } from './endpoints/access.ts'
import { cacheFeedback } from './endpoints/cache-feedback.ts'
import { type Deployments, deploymentsOf } from './endpoints/deployments.ts'
import { type Checks, type Readiness, readiness } from './endpoints/health.ts'
import { me } from './endpoints/me.ts'
import { modelCatalogue } from './endpoints/model-catalogue.ts'
import { models } from './endpoints/models.ts'
import { gatewayApp } from './gateway-app.ts'
import { deskOf } from './manage/access.ts'
import { callersOf } from './pipeline/callers.ts'
import { passagesOf } from './pipeline/passages.ts'
import { pricesOf } from './pipeline/prices.ts'
import { routesOf } from './pipeline/provider-routes.ts'
import { scopesOf } from './pipeline/rates.ts'
import { type Sessions, sessionsOf } from './pipeline/sessions.ts'
import { stagesOf } from './pipeline/stages.ts'
import { tierRules } from './pipeline/tiers.ts'
import { countTraffic, type Traffic } from './pipeline/traffic.ts'
import type { Store } from './store/store.ts'

export interface ServiceOptions {
  readonly config: Config
  readonly store: Pick<Store, 'ledger' | 'directory' | 'masterKey'>
  /** What the store needs besides, to serve. */
  readonly checks?: Checks
  readonly providers: readonly Provider[]
  readonly audit: AuditLog
  /** Where answers are kept; none are without it. */
  readonly cache?: CacheStore | undefined
  /** Finds answers to other words that ask the same. */
  readonly semantic?: SemanticTier | undefined
  /** Who made what providers store; needed where one of them keeps things for their makers. */
  readonly owners?: Owners | undefined
  /** How fast everybody goes; this process's own by default. */
  readonly limits?: Limits
  /** Told of callers that run away. */
  readonly onRunaway?: (runaway: Runaway) => void
  /** How deployments do, as far as is known. */
  readonly health?: HealthBoard
  /** How providers are called. */
  readonly dispatcher?: ReturnType<typeof providerAgent>
  /** The same for what goes by Node's own client. */
  readonly agents?: NodeAgents
  /** Counts what passes; one for all services that take each other's place. */
  readonly traffic?: Traffic
  /** Aborted when calls that run are waited for no longer. */
  readonly stop?: AbortSignal
  readonly clock: Clock
}

/** What callers are served by, before anybody listens. */
export interface Service {
  readonly app: Express
  /** What asks to be upgraded passes no app. */
  readonly sessions: Sessions
  readonly traffic: Traffic
  readonly ready: Readiness
  readonly routes: Routes
  /** Look for changes of the directory no longer. */
  close(): void
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
  cache,
  semantic,
  owners,
  limits = memoryLimits(),
  onRunaway = () => {},
  health = healthBoard(config.breakers),
  dispatcher = providerAgent(config.timeouts),
  agents = nodeAgents({ proxies: config.proxies }),
  stop = new AbortController().signal,
  traffic = countTraffic(),
  clock,
}: ServiceOptions): Service {
  const { ledger, directory, masterKey } = store
  const prices = pricesOf(config, clock)
  const routes = routesOf(config, providers, { prices, health, clock })
  const passages = passagesOf(config, providers)
  const records = recordCache({ directory, clock })
  const tiers = tierRules(config, { records, clock })
  const deployments = deploymentsOf({ passthrough: config.passthrough, routes, health, clock })
  const all = { ...checksOf(config, store, prices, { providers, deployments }), ...checks }
  const known = { shut: deployments.shut, providers: knownProviders(config) }
  const ready = readiness(all, { clock, file: config.file, ...known })
  const keys = { directory, masterKey }
  const pace = { limits, onRunaway }
  const fetch = fetchBy(dispatcher)
  const authenticate = callersOf({ config, ...keys, records, fetch, clock })
  const materials = {
    config,
    ledger,
    ...keys,
    authenticate,
    ...pace,
    prices,
    routes,
    health,
    dispatcher,
    agents,
    providers,
    owners,
    passages,
    tiers,
    cache,
    semantic,
    audit,
    stop,
    clock,
  }
  const app = gatewayApp({
    traffic: traffic.stage,
    stages: stagesOf(materials),
    passages,
    models: models({ catalogue: modelCatalogue({ providers, routes, prices, fetch, clock }), tiers }),
    me: me({ ledger, tiers, limits, scopes: scopesOf(config, tiers), exposeLimits: config.exposeLimits }),
    access: access(deskOf({ directory, ledger, clock })),
    ...(cache && { cacheFeedback: cacheFeedback({ cache, semantic, clock }) }),
    readyz: ready.stage,
  })
  return {
    app,
    sessions: sessionsOf(materials, traffic),
    traffic,
    ready,
    routes,
    close: records.close,
  }
}

/** No reservation is meant by it; it has to be some time. */
const HEARTBEAT_MS = 1000

/** What a request needs. A heartbeat of no reservations changes nothing, and shows that the books can be written. */
function checksOf(
  config: Config,
  { ledger }: ServiceOptions['store'],
  prices: PriceBook,
  { providers, deployments }: { readonly providers: readonly Provider[]; readonly deployments: Deployments },
): Checks {
  return {
    store: () => ledger.heartbeat(config.org, [], HEARTBEAT_MS),
    prices: () => prices.price({ provider: 'openai', model: 'gpt-4o' }),
    providers() {
      if (providers.length + config.httpProviders.length === 0) throw new Error('no provider has a key')
      deployments.check()
    },
  }
}
