import { isDeepStrictEqual } from 'node:util'
import type { AuditSink } from '@tollgate/kit/audit'
import type { Clock, Timers } from '@tollgate/kit/core'
import type { Crossing } from '@tollgate/kit/ledger'
import type { Runaway } from '@tollgate/kit/limits'
import type { AlertRule } from '../config/index.ts'
import type { SpendReports } from '../report/spend-report.ts'
import { type Alert, budgetAlert, type GrantEnd, grantAlert, runawayAlert, type Spender } from './alert.ts'
import type { OnCrossed } from './crossings.ts'
import { type Delivery, delivery } from './delivery.ts'
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

/** Somebody who is told, and how. */
interface Address {
  readonly rule: AlertRule
  readonly way: Delivery
}

/** How long an alert of a budget waits for the names of those who spent most, ms. */
const NAMING_MS = 2_000

/** Alerts that are not delivered yet are lost with the process; budgets and breakers do not depend on them. */
export function alertsOf(
  rules: readonly AlertRule[],
  { clock, priceAgeMs, timers, ...options }: AlertsOptions,
): Alerts {
  const addressOf = (rule: AlertRule): Address => ({
    rule,
    way: delivery(webhook(rule, { clock, ...options }), {
      timers,
      onLost: (alert, why) => lost(rule, alert, why),
    }),
  })
  let addresses: readonly Address[] = []
  let at: readonly number[] = []
  const leaving = new Set<Promise<void>>()
  const naming = new Set<Promise<void>>()

  function useRules(next: readonly AlertRule[]): void {
    const before = addresses
    const known = (rule: AlertRule) => before.find((address) => isDeepStrictEqual(address.rule, rule))
    addresses = next.map((rule) => known(rule) ?? addressOf(rule))
    at = [...new Set(next.flatMap((rule) => rule.at))].sort((a, b) => a - b)
    for (const { way } of before.filter((address) => !addresses.includes(address))) {
      // What was noticed before is for whoever was named then.
      const left = Promise.all(naming).then(() => way.close().finally(() => leaving.delete(left)))
      leaving.add(left)
    }
  }
  useRules(rules)

  const everybody = (alert: Alert) => {
    for (const { way } of addresses) way.send(alert)
  }
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
    const wanted = addresses.filter(({ rule }) => rule.at.includes(crossing.percent))
    const top = await named(crossing)
    const alert = budgetAlert(org, crossing, top)
    for (const { way } of wanted) way.send(alert)
  }

  return {
    at: () => at,
    useRules,
    onCrossed(org, crossing) {
      const telling = tellCrossing(org, crossing).finally(() => naming.delete(telling))
      naming.add(telling)
    },
    onRunaway: (runaway) => everybody(runawayAlert(runaway, clock.now())),
    onGrant: (grant) => everybody(grantAlert(grant)),
    sink: recordAlerts(everybody, { clock, priceAgeMs, isHeard: () => addresses.length > 0 }),
    useReports(given) {
      reports = given
    },
    async close() {
      closed.resolve([])
      await Promise.all(naming)
      await Promise.all([...leaving, ...addresses.map(({ way }) => way.close())])
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
