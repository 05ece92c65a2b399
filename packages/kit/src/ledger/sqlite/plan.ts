import type { AccountId, Budget, NoAccountReason } from '../ledger.ts'
import { windowAt } from '../windows.ts'
import { type Account, countingRules } from './accounts.ts'
import type { Books } from './books.ts'
import { type Counter, freshCounter } from './counters.ts'
import type { Line } from './fit.ts'
import { type Provisioning, textOf } from './provision.ts'

/** What a path comes to just now: every budget on it, and every counter that a reservation on it will change. */
export interface Plan {
  readonly lines: readonly Line[]
  readonly counters: readonly Counter[]
  /** The counters as they are kept with a reservation. */
  readonly countersText: string
  /** Accounts that must be made before anything is booked on them, with their parents. */
  readonly unseen: readonly { readonly id: AccountId; readonly parent: AccountId | '' }[]
}

export interface NoAccount {
  readonly status: 'no_account'
  readonly account: AccountId
  readonly reason: NoAccountReason
}

interface Remembered extends Plan {
  readonly generation: number
  readonly untilMs: number
}

const MAX_PLANS = 10_000

/** Plans by org and path, remembered until a window ends or an account changes: the hot path looks one up and is done. */
export function planner(
  books: Books,
  provisioned: Provisioning,
): (org: string, path: readonly AccountId[], pathText: string) => Plan | NoAccount {
  const plans = new Map<string, Map<string, Remembered>>()
  let count = 0

  return (org, path, pathText) => {
    const known = plans.get(org)?.get(pathText)
    if (known && known.generation === books.generation && books.windowNowMs < known.untilMs) return known
    const plan = makePlan(org, path)
    if ('status' in plan || plan.unseen.length > 0) return plan
    const untilMs = Math.min(...plan.counters.map(({ endMs }) => endMs))
    remember(org, pathText, { ...plan, generation: books.generation, untilMs })
    return plan
  }

  function remember(org: string, pathText: string, plan: Remembered): void {
    if (count >= MAX_PLANS) {
      plans.clear()
      count = 0
    }
    const ofOrg = plans.get(org) ?? new Map<string, Remembered>()
    plans.set(org, ofOrg)
    if (!ofOrg.has(pathText)) count += 1
    ofOrg.set(pathText, plan)
  }

  function makePlan(org: string, path: readonly AccountId[]): Plan | NoAccount {
    const lines: Line[] = []
    const unseen: { id: AccountId; parent: AccountId | '' }[] = []
    for (const [at, id] of path.entries()) {
      const account = provisioned.find(org, id)
      if (account) {
        lines.push(...linesOf(account))
        continue
      }
      const parent = path[at - 1] ?? ''
      const budgets = provisioned.budgetsOfUnseen(org, id, parent)
      if (typeof budgets === 'string') return { status: 'no_account', account: id, reason: budgets }
      unseen.push({ id, parent })
      lines.push(...budgets.map((budget) => untouched(id, budget)))
    }
    const counters = lines.map(({ counter }) => counter)
    return { lines, counters, countersText: textOf(counters), unseen }
  }

  function linesOf(account: Account): Line[] {
    return countingRules(account).map((rule) => ({
      rule,
      counter: books.accounts.currentCounter(rule, books.windowNowMs),
    }))
  }

  /** A budget of an account that does not exist yet, as if it did. */
  function untouched(account: AccountId, budget: Budget): Line {
    const span = windowAt(books.windowNowMs, budget.window, budget.timeZone, budget.anchorDay)
    return { rule: { account, budget }, counter: freshCounter({ number: 0, account, budget }, span) }
  }
}
