import type { AccountId, ExpiredReservation, Ledger } from '@tollgate/kit/ledger'
import type { DailySpend, RedisSpend } from '@tollgate/kit/ledger/redis'
import type { Charge, ChargedTo, Charges } from './charges.ts'
import { idIn, OTHERS } from './rollup-path.ts'

export interface RollupChargesOptions {
  readonly rollups: Pick<RedisSpend, 'daily'>
  readonly ledger: Pick<Ledger, 'read' | 'expired'>
  readonly org: string
}

const DAY_MS = 86_400_000

/**
 * Charges from the daily roll-ups of a Redis, which enter them in the step that books them: by the UTC day on which a call
 * ended, so that months are UTC's. What has expired is told apart as long as the books list it, which is a week.
 */
export function rollupCharges({ rollups, ledger, org }: RollupChargesOptions): Charges {
  return {
    timeZone: 'UTC',
    fields: ['team', 'project', 'key', 'model'],
    async between(sinceMs, untilMs) {
      const within = (atMs: number) => atMs >= sinceMs && atMs < untilMs
      const days = (await rollups.daily(org, sinceMs)).filter(({ day }) => within(Date.parse(day)))
      const expired = (await ledger.expired({ org })).filter(({ expiredAtMs }) =>
        within(Math.floor(expiredAtMs / DAY_MS) * DAY_MS),
      )
      return [...days.map(usageOf), ...expired.flatMap(unconfirmedOf)]
    },
    async booked() {
      const [books] = await ledger.read(org, [`org:${org}`])
      return BigInt(books!.spent)
    },
  }
}

function usageOf({ path, model, charged }: DailySpend): Charge {
  const { requests, usd } = charged
  return { ...chargedTo(path, model), kind: 'usage', requests, nanoUsd: BigInt(usd) }
}

/** The roll-up of its day has it among all others: what is told apart is taken off there. */
function unconfirmedOf({ path, memo, charged: { usd } }: ExpiredReservation): Charge[] {
  const to = chargedTo(path, memo.model)
  return [
    { ...to, kind: 'usage', requests: 0, nanoUsd: -BigInt(usd) },
    { ...to, kind: 'unconfirmed', requests: 0, nanoUsd: BigInt(usd) },
  ]
}

function chargedTo(path: readonly AccountId[], model: string): ChargedTo {
  if (path.length === 0) return { team: OTHERS, project: OTHERS, key: OTHERS, model: OTHERS, provider: null }
  return {
    team: idIn(path, 'team'),
    project: idIn(path, 'project'),
    key: idIn(path, 'key'),
    model: model || null,
    provider: null,
  }
}
