import { isDeepStrictEqual } from 'node:util'
import { kindOf } from '../account-id.ts'
import type {
  AccountId,
  AccountKind,
  Budget,
  NoAccountReason,
  ProvisionResult,
  RaiseBudget,
  RaiseResult,
} from '../ledger.ts'
import { keepingRaises, raisedIn } from '../raise.ts'
import { isSameRule, replacedBy } from '../rule.ts'
import { TOTAL } from '../total.ts'
import type { Account, Keeper, Rule, Rules } from './accounts.ts'
import type { Books } from './books.ts'
import type { Reservation } from './reservations.ts'

export interface ProvisionOptions {
  /** The budgets of accounts nobody has seen, by kind. A kind that is absent is never made unasked. */
  readonly defaults: ReadonlyMap<AccountKind, readonly Budget[]>
  /** Whether accounts nobody provisioned follow these defaults; otherwise they keep what they were made with. */
  readonly follow: boolean
  readonly maxAuto: number
}

export interface Provisioning {
  provision(org: string, id: AccountId, budgets: readonly Budget[]): ProvisionResult
  raise(command: RaiseBudget): RaiseResult
  /** An account that is in the books. One that nobody provisioned follows its kind's defaults as they are now. */
  find(org: string, id: AccountId): Account | undefined
  /** The budgets that an account nobody has seen would get, or why there is none for it. */
  budgetsOfUnseen(org: string, id: AccountId, parent: AccountId | ''): readonly Budget[] | NoAccountReason
  makeUnseen(org: string, id: AccountId, parent: AccountId | ''): void
}

export function provisioning(books: Books, { defaults, follow, maxAuto }: ProvisionOptions): Provisioning {
  const { accounts } = books

  function write(org: string, id: AccountId, budgets: readonly Budget[], keeper: Keeper): void {
    accounts.save(org, id, keeper)
    replaceBudgets(books, org, id, budgets)
    accounts.forgetOne(org, id)
  }

  function replace(org: string, id: AccountId, budgets: readonly Budget[]): void {
    replaceBudgets(books, org, id, budgets)
    accounts.forgetOne(org, id)
    books.generation += 1
  }

  return {
    provision(org, id, budgets) {
      const account = accounts.find(org, id)
      if (account && !account.auto && sameBudgets(account, budgets)) return { status: 'unchanged' }
      write(org, id, budgets, { auto: false, parent: '' })
      books.generation += 1
      return { status: 'ok' }
    },
    raise({ org, account: id, ...raising }) {
      const account = accounts.find(org, id)
      if (!account) return { status: 'no_account' }
      const budgets = raisedIn(
        account.rules.map(({ budget }) => budget),
        raising,
      )
      if (!budgets) return { status: 'no_budget' }
      if (sameBudgets(account, budgets)) return { status: 'unchanged' }
      replace(org, id, budgets)
      return { status: 'ok' }
    },
    find(org, id) {
      const account = accounts.find(org, id)
      const followed = follow && account?.auto ? defaults.get(kindOf(id)) : undefined
      if (!account || !followed) return account
      const budgets = keepingRaises(
        followed,
        account.rules.map(({ budget }) => budget),
      )
      if (sameBudgets(account, budgets)) return account
      replace(org, id, budgets)
      return accounts.find(org, id)
    },
    budgetsOfUnseen(org, id, parent) {
      if (accounts.hasTraces(org, id)) return 'gone'
      const budgets = defaults.get(kindOf(id))
      if (!budgets) return 'unknown'
      return accounts.autoCount(org, parent) < maxAuto ? budgets : 'too_many'
    },
    makeUnseen: (org, id, parent) => write(org, id, defaults.get(kindOf(id)) ?? [], { auto: true, parent }),
  }
}

function sameBudgets({ rules }: Account, budgets: readonly Budget[]): boolean {
  return (
    rules.length === budgets.length && rules.every(({ budget }, at) => isDeepStrictEqual(budget, budgets[at]))
  )
}

/**
 * Give an account these budgets and no others. A budget whose rule is the same keeps its counters. One that is taken away
 * goes on counting, for it may come back: two processes with different defaults, as in every rolling deploy, replace
 * each other's budgets with each command, and neither limit may forget what was spent under the other. One that is new
 * takes over what the budget in whose place it comes has counted, so that changing a limit's calendar is not a fresh
 * start.
 */
function replaceBudgets(books: Books, org: string, id: AccountId, budgets: readonly Budget[]): void {
  const { accounts } = books
  const { rules, retired } = accounts.rulesOf(org, id) ?? startTotal(books, org, id)
  const dropped = rules.filter((rule) => !budgets.some((budget) => isSameRule(budget, rule.budget)))
  for (const rule of dropped) accounts.retireRule(rule)
  for (const [at, budget] of budgets.entries()) {
    const kept = [...rules, ...retired].find((rule) => isSameRule(rule.budget, budget))
    if (kept) accounts.placeRule(kept, budget, at + 1)
    else {
      const added = accounts.insertRule(org, id, budget, at + 1)
      const replaced = replacedBy(budget, dropped, ({ budget }) => budget)
      if (replaced) takeOver(books, replaced, added)
    }
  }
}

function startTotal({ accounts, counters, windowNowMs }: Books, org: string, id: AccountId): Rules {
  const total = accounts.insertRule(org, id, TOTAL, 0)
  counters.change(accounts.currentCounter(total, windowNowMs))
  return { total, rules: [], retired: [] }
}

/** Start a rule's counter where another's stands, and let all that is charged to that one count in both. */
function takeOver({ accounts, counters, reservations, windowNowMs }: Books, from: Rule, to: Rule): void {
  const source = accounts.currentCounter(from, windowNowMs)
  const target = accounts.currentCounter(to, windowNowMs)
  target.spent = source.spent
  target.reserved = source.reserved
  target.unconfirmed = source.unconfirmed
  target.overdraft = source.overdraft
  target.referrers = source.referrers
  counters.change(target)
  counters.bequeath(source, target)
  for (const reservation of reservations.remembered()) {
    if (reservation.counters.includes(source)) reservation.counters = [...reservation.counters, target]
  }
}

/** How a reservation's counters are kept. */
export function textOf(counters: Reservation['counters']): string {
  return JSON.stringify(counters.map(({ rule, window }) => [rule, window]))
}
