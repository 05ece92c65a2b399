import { nanoToUsd, showUsd } from '@tollgate/kit/core'
import type { Grant } from '@tollgate/kit/directory'
import type { Crossing } from '@tollgate/kit/ledger'
import type { Runaway } from '@tollgate/kit/limits'
import { wantedText } from '../say/wanted-text.ts'

/** Something that somebody should know who does not look at a dashboard. */
export interface Alert {
  readonly kind: 'budget' | 'runaway' | 'unconfirmed' | 'ceiling_price' | 'stale_prices' | 'grant'
  readonly org: string
  /** The same for the same thing: who is told twice can tell. */
  readonly id: string
  /** A sentence or two for people. */
  readonly text: string
  /** The same for programs: USD as decimal strings, times as ISO 8601. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** Who has spent most of a budget, the most first. */
export interface Spender {
  readonly name: string
  readonly spentUsd: string
}

const PERIODS = { hour: 'hourly', day: 'daily', week: 'weekly', month: 'monthly', total: 'total' } as const

/** A budget has reached so many percent of its limit. */
export function budgetAlert(org: string, crossing: Crossing, top: readonly Spender[]): Alert {
  const { percent, account, budget, metric, window, limit, spent, resetAtMs } = crossing
  const amount = (value: number) => (metric === 'usd' ? showUsd(value) : `${value} ${metric}`)
  const resets = resetAtMs === null ? null : new Date(resetAtMs).toISOString()
  const most = top.map(({ name, spentUsd }) => `${name} $${spentUsd}`).join(', ')
  return {
    kind: 'budget',
    org,
    id: `budget ${org} ${account} ${budget} ${resets ?? 'total'} ${percent}`,
    text: [
      `${account.replace(':', ' ')} has used ${amount(spent)} of its ${amount(limit)} ${PERIODS[window]} budget: ${percent}%.`,
      ...(most === '' ? [] : [`Most of it: ${most}.`]),
      ...(resets === null ? [] : [`It resets at ${resets}.`]),
    ].join(' '),
    facts: {
      account,
      budget,
      metric,
      percent,
      resets_at: resets,
      [`limit_${metric}`]: metric === 'usd' ? nanoToUsd(limit) : limit,
      [`spent_${metric}`]: metric === 'usd' ? nanoToUsd(spent) : spent,
      top_spenders: top.map(({ name, spentUsd }) => ({ name, spent_usd: spentUsd })),
    },
  }
}

const DID = {
  failures: 'sent the same failing request over and over',
  repeats: 'sent one and the same request over and over',
  spend: 'spent far more within a minute than it ever does',
} as const

/** A caller has run away. */
export function runawayAlert({ org, caller, reason, count, treatment }: Runaway, atMs: number): Alert {
  const at = new Date(atMs).toISOString()
  const much = reason === 'spend' ? showUsd(count) : `${count} times`
  const done =
    treatment === 'enforce' ? 'It is shut out for a while.' : 'It was let on: this is only observed.'
  return {
    kind: 'runaway',
    org,
    id: `runaway ${org} ${caller} ${reason} ${at}`,
    text: `${caller.replace(':', ' ')} has ${DID[reason]} (${much}). ${done}`,
    facts: {
      account: caller,
      reason,
      treatment,
      at,
      ...(reason === 'spend' ? { spent_usd: nanoToUsd(count) } : { times: count }),
    },
  }
}

/** Requests were charged in full because nobody said what they cost. */
export function unconfirmedAlert(org: string, requests: number, nanoUsd: number, atMs: number): Alert {
  const at = new Date(atMs).toISOString()
  return {
    kind: 'unconfirmed',
    org,
    id: `unconfirmed ${org} ${at}`,
    text: `${requests === 1 ? 'A request was' : `${requests} requests were`} charged ${showUsd(nanoUsd)}, all that was reserved, because a process died before it said what they cost. See: tollgate ledger expired.`,
    facts: { requests, charged_usd: nanoToUsd(nanoUsd), at },
  }
}

/** A model has no price of its own, and is charged at the dearest one. */
export function ceilingAlert(org: string, model: string, atMs: number): Alert {
  const at = new Date(atMs).toISOString()
  return {
    kind: 'ceiling_price',
    org,
    id: `ceiling_price ${org} ${model} ${at.slice(0, 10)}`,
    text: `The price of ${model} is not known: it is charged at the dearest price of its provider. State it under prices.`,
    facts: { model, at },
  }
}

/** A grant, and what becomes of it. */
export interface GrantEnd {
  readonly org: string
  readonly id: string
  readonly grant: Grant
  readonly state: 'ending' | 'ended'
}

/** Somebody is about to have less, or has it: who goes on asking for it is told why it is refused. */
export function grantAlert({ org, id, grant, state }: GrantEnd): Alert {
  const { account, approvedBy, untilMs } = grant
  const until = new Date(untilMs).toISOString()
  const what = wantedText(grant)
  return {
    kind: 'grant',
    org,
    id: `grant ${org} ${id} ${state}`,
    text:
      state === 'ended'
        ? `The grant ${id} of ${account.replace(':', ' ')} has ended: ${what}.`
        : `The grant ${id} of ${account.replace(':', ' ')} ends at ${until}: ${what}. Ask again in time if it is still needed.`,
    facts: { grant: id, account, state, until, approved_by: approvedBy, wanted: what },
  }
}

/** What is charged rests on a list of prices that is old. */
export function stalePricesAlert(org: string, ageMs: number, atMs: number): Alert {
  const at = new Date(atMs).toISOString()
  const days = Math.floor(ageMs / 86_400_000)
  return {
    kind: 'stale_prices',
    org,
    id: `stale_prices ${org} ${at.slice(0, 10)}`,
    text: `The list of prices is ${days} days old: calls are charged by it. Run tollgate prices update, or upgrade.`,
    facts: { age_days: days, at },
  }
}
