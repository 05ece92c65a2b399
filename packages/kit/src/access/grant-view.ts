import { type Clock, systemClock } from '../core/clock.ts'
import { TollgateError } from '../core/errors.ts'
import { warn } from '../core/warn.ts'
import { accountPath, type Principal } from '../directory/principal.ts'
import type { Kept } from '../directory/record-store.ts'
import type { Grant } from '../directory/records.ts'
import type { Rates } from '../limits/rates.ts'
import { isActive } from './grants.ts'
import type { RecordCache } from './record-cache.ts'

/** What callers have been granted, at this moment. */
export interface GrantView {
  /** What a caller has by its own account and those above it: at once, where it is in memory. */
  of(principal: Principal): Granted | Promise<Granted>
}

/** All that is granted to one caller, whoever of its accounts has it. */
export interface Granted {
  /** Patterns over models. */
  readonly models: readonly string[]
  /** Tiers, by name. */
  readonly tiers: readonly string[]
  /** Rates by account: what a grant states, in place of the account's own. */
  readonly rates: ReadonlyMap<string, Rates>
  /** Ids of the grants, for records. */
  readonly ids: readonly string[]
}

export const NOTHING_GRANTED: Granted = { models: [], tiers: [], rates: new Map(), ids: [] }

export interface GrantViewOptions {
  readonly cache: Pick<RecordCache, 'all'>
  readonly clock?: Clock
}

const NONE: readonly Kept<'grant'>[] = []

type ByAccount = ReadonlyMap<string, readonly Kept<'grant'>[]>

/**
 * What callers have been granted, from memory. A grant ends at its instant by the clock, whatever is remembered. While the
 * directory cannot be read, what is too old counts for nothing: nobody has more than their tier then.
 */
export function grantView({ cache, clock = systemClock }: GrantViewOptions): GrantView {
  const indexes = new WeakMap<object, ByAccount>()

  function indexOf(grants: readonly Kept<'grant'>[]): ByAccount {
    const known = indexes.get(grants)
    if (known) return known
    const nowMs = clock.now()
    const ahead = grants.filter(({ value }) => !value.revoked && nowMs < value.untilMs)
    const index = Map.groupBy(ahead, ({ value }) => value.account)
    indexes.set(grants, index)
    return index
  }

  function granted(principal: Principal, grants: readonly Kept<'grant'>[]): Granted {
    const index = indexOf(grants)
    if (index.size === 0) return NOTHING_GRANTED
    const nowMs = clock.now()
    let active: Kept<'grant'>[] | undefined
    for (const account of accountPath(principal)) {
      for (const grant of index.get(account) ?? NONE) {
        if (isActive(grant.value, nowMs)) active = [...(active ?? []), grant]
      }
    }
    return active ? together(active) : NOTHING_GRANTED
  }

  return {
    of(principal) {
      try {
        const grants = cache.all('grant', principal.org)
        if (!(grants instanceof Promise)) return granted(principal, grants)
        return grants.then((loaded) => granted(principal, loaded), unread)
      } catch (cause) {
        return unread(cause)
      }
    },
  }
}

function unread(cause: unknown): Granted {
  const why = TollgateError.is(cause) ? cause.internal : String(cause)
  warn('TOLLGATE_GRANTS', `grants cannot be read, so nobody has any: ${why}`)
  return NOTHING_GRANTED
}

function together(active: readonly Kept<'grant'>[]): Granted {
  const values: readonly Grant[] = active.map(({ value }) => value)
  const rates = new Map<string, Rates>()
  for (const { account, rates: more } of values) {
    if (more) rates.set(account, highest(rates.get(account), more))
  }
  return {
    models: values.flatMap(({ models = [] }) => models),
    tiers: values.flatMap(({ tier }) => (tier === undefined ? [] : [tier])),
    rates,
    ids: active.map(({ id }) => id),
  }
}

/** Of several grants to one account, the highest of each rate. */
function highest(one: Rates = {}, other: Rates): Rates {
  const most = (field: keyof Rates) => {
    const stated = [one[field], other[field]].filter((rate) => rate !== undefined)
    return stated.length === 0 ? {} : { [field]: Math.max(...stated) }
  }
  return { ...most('rpm'), ...most('tpm'), ...most('concurrency') }
}
