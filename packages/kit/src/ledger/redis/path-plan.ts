import { kindOf } from '../account-id.ts'
import type { AccountId, AccountKind } from '../ledger.ts'
import type { AccountCache, SeenAccount } from './account-cache.ts'
import { calendarOf } from './calendar.ts'
import type { Default, Ruling } from './rules.ts'
import type { ReserveArguments } from './scripts/reserve.ts'

/** A path as the scripts need it described: its accounts as this process has seen them, and their windows. */
export interface PathPlan {
  readonly accounts: ReserveArguments['accounts']
  readonly windows: readonly string[]
  /** Per account, joined by spaces. */
  readonly shapes: string
  /** What each account is ruled by: its own, or the default it would be made with. */
  readonly rulings: readonly (Ruling | undefined)[]
  /** Those that follow their kind's defaults, or will be made by them. */
  readonly unprovisioned: readonly AccountId[]
}

interface Remembered extends PathPlan {
  readonly seen: readonly (SeenAccount | null | undefined)[]
  readonly fromMs: number
  readonly untilMs: number
}

export interface Plans {
  of(path: readonly AccountId[], pathText: string, nowMs: number): PathPlan
}

const MAX_PLANS = 10_000

/** Plans by path, remembered until a window ends or one of the accounts is seen to be another. */
export function pathPlans(cache: AccountCache, defaults: ReadonlyMap<AccountKind, Default>): Plans {
  const plans = new Map<string, Remembered>()

  function make(path: readonly AccountId[], nowMs: number): Remembered {
    const seen = path.map((id) => cache.get(id))
    const rulings = path.map((id, at) => seen[at] ?? defaults.get(kindOf(id)))
    const { shapes, windows, untilMs } = calendarOf(
      rulings.map((ruling) => ruling?.rules ?? []),
      nowMs,
    )
    const accounts = path.map((name, at) => {
      const { v = '', rulesText = '', limitsText = '' } = rulings[at] ?? {}
      const shape = shapes[at]!
      // What it would be made with is said only of one that is not there, as far as we know.
      return seen[at]
        ? { name, v, shape, rules: '', limits: '' }
        : { name, v, shape, rules: rulesText, limits: limitsText }
    })
    const unprovisioned = path.filter((id, at) => seen[at]?.auto ?? defaults.has(kindOf(id)))
    const plan = { accounts, windows, shapes: shapes.join(' '), rulings, unprovisioned }
    return { ...plan, seen, fromMs: nowMs, untilMs }
  }

  return {
    of(path, pathText, nowMs) {
      const known = plans.get(pathText)
      if (known && nowMs >= known.fromMs && nowMs < known.untilMs) {
        if (known.seen.every((account, at) => account === cache.get(path[at]!))) return known
      }
      const plan = make(path, nowMs)
      if (plans.size >= MAX_PLANS) plans.clear()
      plans.set(pathText, plan)
      return plan
    },
  }
}
