import type { AuditSink } from '@tollgate/kit/audit'
import type { Clock, Timers } from '@tollgate/kit/core'
import type { Crossing } from '@tollgate/kit/ledger'
import type { Runaway } from '@tollgate/kit/limits'
import type { AlertRule } from '../config/index.ts'
import type { SpendReports } from '../report/spend-report.ts'
import { addressesBy } from './addresses.ts'
import { type Alert, budgetAlert, type GrantEnd, grantAlert, runawayAlert, type Spender } from './alert.ts'
import type { OnCrossed } from './crossings.ts'
import { delivery } from './delivery.ts'
import { recordAlerts } from './record-alerts.ts'
import { topSpenders } from './top-spenders.ts'
import { webhook } from './webhook.ts'

/** Tells those whom the config names of what they should know. */
export interface Alerts {
  /** Percentages of a budget that anybody wants to be told of by now. */
  at(): readonly number[]
  readonly onCrossed: OnCrossed
  readonly onRunaway: (runaway: Runaway) => void
  readonly onGrant: (grant: GrantEnd) => void
  /** Reads requests' records. */
  readonly sink: AuditSink
  /** Tell these from now on. What waits for an address that is named no more is told, or lost, without another try. */
  useRules(rules: readonly AlertRule[]): void
  /** Name who has spent most from now on. */
  useReports(reports: SpendReports): void
  close(): Promise<void>
}

export interface AlertsOptions {
  readonly clock: Clock
  /** How old the list of prices in force is, ms. */
  readonly priceAgeMs: () => number
  readonly timers: Timers
  readonly fetch?: typeof fetch
}

/** How long an alert of a budget waits for the names of those who spent most, ms. */
const NAMING_MS = 2_000

/** Alerts that are not delivered yet are lost with the process; budgets and breakers do not depend on them. */
export function alertsOf(
  rules: readonly AlertRule[],
  { clock, priceAgeMs, timers, ...options }: AlertsOptions,
): Alerts {
  const addresses = addressesBy((rule) =>
    delivery(webhook(rule, { clock, ...options }), {
      timers,
      onLost: (alert, why) => lost(rule, alert, why),
    }),
  )
  const naming = new Set<Promise<void>>()
  const useRules = (next: readonly AlertRule[]) => addresses.use(next, () => Promise.all(naming))
  useRules(rules)

  const closed = Promise.withResolvers<readonly Spender[]>()
  let reports: SpendReports | undefined

  /** Nobody waits for long, and nobody at all once the store is closed: it may then never answer. */
  async function named(crossing: Crossing): Promise<readonly Spender[]> {
    if (!reports) return []
    const waited = Promise.withResolvers<readonly Spender[]>()
    const timer = timers.setTimeout(() => waited.resolve([]), NAMING_MS)
    const top = await Promise.race([
      topSpenders(reports, crossing, clock.now()),
      waited.promise,
      closed.promise,
    ])
    timers.clearTimeout(timer)
    return top
  }

  async function tellCrossing(...[org, crossing]: Parameters<OnCrossed>): Promise<void> {
    // Whoever is named when it is noticed is told, though another config may come meanwhile.
    const wanted = addresses.wanting(crossing.percent)
    const alert = budgetAlert(org, crossing, await named(crossing))
    for (const way of wanted) way.send(alert)
  }

  return {
    at: addresses.at,
    useRules,
    onCrossed(org, crossing) {
      const telling = tellCrossing(org, crossing).finally(() => naming.delete(telling))
      naming.add(telling)
    },
    onRunaway: (runaway) => addresses.tellAll(runawayAlert(runaway, clock.now())),
    onGrant: (grant) => addresses.tellAll(grantAlert(grant)),
    sink: recordAlerts(addresses.tellAll, { clock, priceAgeMs, isHeard: () => addresses.isAny }),
    useReports(given) {
      reports = given
    },
    async close() {
      closed.resolve([])
      await Promise.all(naming)
      await addresses.close()
    },
  }
}

/** The address is a secret as a rule: only its host is told. */
function lost({ to }: AlertRule, { text }: Alert, why: unknown): void {
  const reason = why instanceof Error ? why.message : String(why)
  process.emitWarning(`An alert did not reach ${new URL(to).host} (${reason}): ${text}`, {
    type: 'TollgateWarning',
    code: 'TOLLGATE_ALERT',
  })
}
