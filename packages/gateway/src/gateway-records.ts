import type { SemanticTier } from '@tollgate/kit/cache/semantic'
import type { Clock, Stage } from '@tollgate/kit/core'
import type { Runaway } from '@tollgate/kit/limits'
import { type AuditLog, auditLog } from '@tollgate/kit/stages/audit-log'
import type { HealthBoard } from '@tollgate/kit/stages/provider-failover'
import { chargeback } from './admin/chargeback.ts'
import { gatewayMetrics } from './admin/metrics.ts'
import type { ReloadOutcome } from './admin/reload-metrics.ts'
import type { View } from './admin/route.ts'
import { spend } from './admin/spend.ts'
import type { Alerts } from './alerts/alerts.ts'
import type { Config } from './config/index.ts'
import { chargebacks } from './report/chargebacks.ts'
import { requestLines } from './say/request-lines.ts'
import { keptRecords } from './store/kept-records.ts'
import type { Store } from './store/store.ts'

export interface GatewayRecords {
  readonly audit: AuditLog
  readonly onRunaway: (runaway: Runaway) => void
  readonly onReload: (outcome: ReloadOutcome) => void
  readonly views: Readonly<Record<Exclude<View, 'providers'>, Stage>>
}

/** What records are made of, and who is told of them. */
export interface GatewayRecordsOptions {
  /** As it is now. */
  readonly running: () => Config
  readonly store: Store
  /** Told a line of each request; undefined: nobody is. */
  readonly speak: ((line: string) => void) | undefined
  readonly health: HealthBoard
  readonly alerts: Alerts
  readonly priceAgeMs: () => number
  readonly semantic?: Pick<SemanticTier, 'status'> | undefined
  readonly clock: Clock
}

/** The trail of records, everything that is made of it, and what operators are told from it. */
export function gatewayRecords(options: GatewayRecordsOptions): GatewayRecords {
  const { running, store, speak, health, alerts, priceAgeMs, semantic, clock } = options
  const { ledger, directory, reports, charges, unbooked } = store
  const { org, store: place } = running()
  // A Redis may be shared with orgs that are none of this operator's; a file is all its own.
  const alone = place.kind === 'redis'
  const metrics = gatewayMetrics({
    ledger,
    unbooked,
    org,
    alone,
    config: running,
    health,
    priceAgeMs,
    semantic,
    clock,
  })
  const sinks = [...keptRecords(running(), store), alerts.sink, metrics.sink]
  const console = speak ? [requestLines(speak, ledger)] : []
  const audit = auditLog({ ledger, clock, sinks: [...sinks, ...console] })
  const stated = {
    store: place,
    org,
    get teams() {
      return running().teams
    },
  }
  return {
    audit,
    onReload: metrics.reloaded,
    onRunaway(runaway) {
      metrics.runaway(runaway)
      alerts.onRunaway(runaway)
    },
    views: {
      metrics: metrics.scrape(audit),
      spend: spend({ ledger, org, alone, reports, trail: audit, clock }),
      chargeback: chargeback({
        months: chargebacks({ config: stated, charges, directory }),
        trail: audit,
        clock,
      }),
    },
  }
}
