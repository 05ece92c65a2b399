import type { AuditSink, AuditTrail } from '@tollgate/kit/audit'
import type { SemanticTier } from '@tollgate/kit/cache/semantic'
import { type Clock, defineStage, type Stage } from '@tollgate/kit/core'
import type { Ledger, UnbookedList } from '@tollgate/kit/ledger'
import type { Runaway } from '@tollgate/kit/limits'
import type { HealthBoard } from '@tollgate/kit/stages/provider-failover'
import { Counter, Registry } from 'prom-client'
import type { Config } from '../config/index.ts'
import { accountMetrics } from './account-metrics.ts'
import { priceMetrics } from './price-metrics.ts'
import { providerMetrics } from './provider-metrics.ts'
import { type ReloadOutcome, reloadMetrics } from './reload-metrics.ts'
import { auditMetrics, requestMetrics } from './request-metrics.ts'
import { semanticMetrics } from './semantic-metrics.ts'
import { spoolMetrics } from './spool-metrics.ts'
import { unbookedMetrics } from './unbooked-metrics.ts'

/** A gateway's metrics, in a registry of its own: several gateways in one process do not share a counter. */
export interface Metrics {
  /** Counts requests from their records. */
  readonly sink: AuditSink
  /** Counts a caller that has run away. */
  readonly runaway: (runaway: Pick<Runaway, 'reason' | 'treatment'>) => void
  /** Counts a look at the config. */
  readonly reloaded: (outcome: ReloadOutcome) => void
  /** Answers a scrape; what requests have been counted is as of then. */
  scrape(trail: Pick<AuditTrail, 'flush' | 'standings'>): Stage
}

/** How long a scrape waits for records that are on their way, ms. */
const FLUSH_MS = 1000

/** Where a gateway's figures come from. */
export interface MetricSources {
  readonly ledger: Ledger
  readonly unbooked: Pick<UnbookedList, 'list'>
  /** Whose unbooked charges are told of. */
  readonly org: string
  /** Whether the accounts of no other org are. */
  readonly alone: boolean
  /** As it is now. */
  readonly config: () => Pick<Config, 'routes'>
  /** How deployments do. */
  readonly health: HealthBoard
  /** How old the list of prices in force is, ms. */
  readonly priceAgeMs: () => number
  /** What finds answers to other words; absent where nothing does. */
  readonly semantic?: Pick<SemanticTier, 'status'> | undefined
  readonly clock: Clock
}

/** What Prometheus scrapes: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function gatewayMetrics({
  ledger,
  unbooked,
  org,
  alone,
  config,
  health,
  priceAgeMs,
  semantic,
  clock,
}: MetricSources): Metrics {
  const registry = new Registry()
  const sink = requestMetrics(registry)
  const readAccounts = accountMetrics(registry, ledger, alone ? org : undefined)
  const readUnbooked = unbookedMetrics(registry, unbooked, org)
  const readSpool = spoolMetrics(registry, ledger)
  const readProviders = providerMetrics(registry, { config, health, clock })
  const readPrices = priceMetrics(registry, priceAgeMs)
  semanticMetrics(registry, semantic)
  const runaways = new Counter({
    name: 'tollgate_runaways_total',
    help: 'Callers that have run away, by what they did and what was done of it.',
    labelNames: ['reason', 'treatment'],
    registers: [registry],
  })
  const reloads = reloadMetrics(registry)
  return {
    sink,
    reloaded: reloads,
    runaway: ({ reason, treatment }) => runaways.inc({ reason, treatment }),
    scrape(trail) {
      const readTrail = auditMetrics(registry, () => trail.standings())
      return defineStage({
        name: 'metrics',
        handle: async function metrics(_req, res) {
          await Promise.all([readAccounts(), readUnbooked(), trail.flush({ deadlineMs: FLUSH_MS })])
          readTrail()
          readSpool()
          readProviders()
          readPrices()
          const text = await registry.metrics()
          res.writeHead(200, { 'content-type': registry.contentType })
          res.end(text)
        },
      })
    },
  }
}
