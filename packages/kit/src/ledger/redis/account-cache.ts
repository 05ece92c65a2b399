import type { AccountId } from '../ledger.ts'
import { limitsText, type Ruling, readLimits } from './rules.ts'
import { rulingReader } from './rulings.ts'
import type { Account } from './scripts/script.ts'

/** An account as this process last saw it. Its counters are never remembered, only what a command must say of it. */
export interface SeenAccount extends Ruling {
  readonly id: AccountId
  /** Nobody provisioned it: it follows its kind's default budgets. */
  readonly auto: boolean
  /** Of the config or the defaults that it was last given budgets by; '' when by hand. */
  readonly revision: string
}

export interface AccountCache {
  /** null: it is not in the books, as far as was seen; undefined: nobody has looked. */
  get(id: AccountId): SeenAccount | null | undefined
  /** A script has described it. */
  note(id: AccountId, described: Account): SeenAccount | null
  /** A reply has told all limits: amounts may change under one `v`. */
  noteLimits(id: AccountId, limits: string): void
  /** A reply has shown one limit, its raise included. */
  noteLimit(id: AccountId, rule: number, limit: number): void
  /** These are other books, or have lost something: nobody has looked yet. */
  forget(): void
}

/** More accounts than this are forgotten wholesale: what is needed again is looked up again. */
const MAX_REMEMBERED = 200_000

export function accountCache(): AccountCache {
  const seen = new Map<AccountId, SeenAccount | null>()
  const rulingOf = rulingReader()

  function remember(id: AccountId, account: SeenAccount | null): void {
    if (seen.size >= MAX_REMEMBERED) seen.clear()
    seen.set(id, account)
  }

  return {
    get: (id) => seen.get(id),
    note(id, [, v, rules, limits, isAuto, revision]) {
      const auto = isAuto === '1'
      const before = seen.get(id)
      if (v === '') {
        if (before !== null) remember(id, null)
        return null
      }
      const same = before?.v === v && before.limitsText === limits
      if (same && before.auto === auto && before.revision === revision) return before
      const account = { id, auto, revision, ...rulingOf(v, rules, limits) }
      remember(id, account)
      return account
    },
    noteLimits(id, limits) {
      const account = seen.get(id)
      if (!account || account.limitsText === limits) return
      remember(id, { ...account, limits: readLimits(limits), limitsText: limits })
    },
    noteLimit(id, rule, limit) {
      const account = seen.get(id)
      const known = account?.limits[rule]
      if (!account || !known || known.mode === 'r' || known.limit === limit) return
      if (known.raise && known.limit + known.raise.amount === limit) return
      const limits = account.limits.with(rule, { mode: known.mode, limit })
      remember(id, { ...account, limits, limitsText: limitsText(limits) })
    },
    forget: () => seen.clear(),
  }
}
