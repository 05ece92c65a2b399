import type { AuditSink } from '@tollgate/kit/audit'
import type { Clock } from '@tollgate/kit/core'
import { STALE_PRICES_MS } from '../prices/price-age.ts'
import { type Alert, ceilingAlert, stalePricesAlert, unconfirmedAlert } from './alert.ts'

const DAY_MS = 86_400_000
/** Things that are remembered as told of. */
const MAX_TOLD = 10_000

export interface RecordAlertsOptions {
  readonly clock: Clock
  /** How old the list of prices in force is, ms. */
  readonly priceAgeMs: () => number
  /** Whether anybody is to be told by now; what happens while nobody is, nobody is told of later. */
  readonly isHeard: () => boolean
}

/**
 * Alerts that requests' records give: charges that nobody has confirmed, all of a batch in one; models without a price, and
 * charges by prices that are old, each once a day.
 */
export function recordAlerts(
  send: (alert: Alert) => void,
  { clock, priceAgeMs, isHeard }: RecordAlertsOptions,
): AuditSink {
  const told = new Map<string, number>()

  function onceADay(name: string, alert: () => Alert): void {
    const day = Math.floor(clock.now() / DAY_MS)
    if (told.get(name) === day) return
    if (told.size >= MAX_TOLD) told.clear()
    told.set(name, day)
    send(alert())
  }

  return {
    name: 'alerts',
    write(records) {
      if (!isHeard()) return
      const expired = Map.groupBy(
        records.filter(({ ending }) => ending === 'expired'),
        ({ org }) => org ?? '',
      )
      for (const [org, some] of expired) {
        const nanoUsd = some.reduce((sum, { chargedNanoUsd }) => sum + chargedNanoUsd, 0)
        send(unconfirmedAlert(org, some.length, nanoUsd, clock.now()))
      }
      const ageMs = priceAgeMs()
      const charged = records.find(({ chargedNanoUsd }) => chargedNanoUsd > 0)
      if (charged && ageMs > STALE_PRICES_MS) {
        const whose = charged.org ?? ''
        onceADay('stale prices', () => stalePricesAlert(whose, ageMs, clock.now()))
      }
      for (const { priceSource, chargedNanoUsd, org, servedModel, model } of records) {
        // A name that no provider knows has no price either, and costs nothing.
        if (priceSource !== 'ceiling' || chargedNanoUsd === 0) continue
        const [whose, which] = [org ?? '', servedModel ?? model ?? '']
        onceADay(`ceiling ${whose} ${which}`, () => ceilingAlert(whose, which, clock.now()))
      }
    },
  }
}
