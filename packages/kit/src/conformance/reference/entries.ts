import { type Amounts, METRICS, type Metric } from '../../ledger/ledger.ts'
import type { Big, Entry, Share } from './records.ts'

export const NO_SHARE: Share = { spent: 0n, reserved: 0n, unconfirmed: 0n, overdraft: 0n }

/** The whole of the arithmetic: what a reservation adds to each counter that it was admitted under. */
export function shareOf(entry: Entry, metric: Metric): Share {
  const held = entry.held[metric]
  const used = entry.used[metric]
  switch (entry.state) {
    case 'open':
      return { ...NO_SHARE, spent: used, reserved: held - used }
    case 'expired':
      return { ...NO_SHARE, spent: held, unconfirmed: held - used }
    case 'released':
      return { ...NO_SHARE, spent: used }
    case 'settled': {
      const charge = chargeOf(entry, metric)
      return { ...NO_SHARE, spent: charge, overdraft: larger(0n, charge - held) }
    }
  }
}

/** What was told, and never less than what had been consumed by then. */
export const chargeOf = ({ told, used }: Entry, metric: Metric): bigint => larger(told[metric], used[metric])

export const isAlive = ({ state }: Entry): boolean => state === 'open' || state === 'expired'

export const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
export const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)

export const NOTHING: Big = { usd: 0n, tokens: 0n, requests: 0n }

export const big = (amounts: Amounts): Big => perMetric((metric) => BigInt(amounts[metric]))

export function perMetric(amount: (metric: Metric) => bigint): Big {
  return { usd: amount('usd'), tokens: amount('tokens'), requests: amount('requests') }
}

export const isSame = (a: Big, b: Big): boolean => METRICS.every((metric) => a[metric] === b[metric])

export function amountsOf({ usd, tokens, requests }: Big): Amounts {
  return { usd: Number(usd), tokens: Number(tokens), requests: Number(requests) } as Amounts
}
