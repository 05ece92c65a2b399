import type {
  AccountId,
  AccountKind,
  AccountState,
  Adjust,
  AdjustResult,
  Budget,
  Ledger,
  ProvisionResult,
  RaiseBudget,
  RaiseResult,
} from '../../ledger/ledger.ts'
import { counterAt, counterOf, hasBudgets, limitAt, newAccount, replaceBudgets, stateOf } from './accounts.ts'
import { accountIn, type Books, windowNowMs } from './books.ts'
import { NO_SHARE } from './entries.ts'

interface Provision {
  readonly org: string
  readonly id: AccountId
  readonly budgets: readonly Budget[]
}

export const kindOf = (id: AccountId): AccountKind => id.slice(0, id.indexOf(':')) as AccountKind

export function provision(books: Books, { org, id, budgets }: Provision): ProvisionResult {
  const nowMs = windowNowMs(books)
  const known = accountIn(books, org, id)
  if (known && known.parent === undefined && hasBudgets(known, budgets)) return { status: 'unchanged' }
  const account = known ?? newAccount(org, id)
  if (!known) books.accounts.push(account)
  account.parent = undefined
  replaceBudgets(account, budgets, nowMs)
  return { status: 'ok' }
}

export function raise(books: Books, { org, account: id, budget, raise }: RaiseBudget): RaiseResult {
  const account = accountIn(books, org, id)
  if (!account) return { status: 'no_account' }
  const rule = account.rules.find((one) => one.budget.id === budget)
  if (!rule) return { status: 'no_budget' }
  const { raise: before, ...rest } = rule.budget
  if (before?.amount === raise?.amount && before?.untilMs === raise?.untilMs) return { status: 'unchanged' }
  rule.budget = raise ? { ...rest, raise } : rest
  return { status: 'ok' }
}

export function adjust(books: Books, command: Adjust): AdjustResult {
  const nowMs = windowNowMs(books)
  const { org, id, account: accountId, budget, delta, atMs = nowMs } = command
  if (books.adjusted.some((done) => done.org === org && done.id === id)) return { status: 'repeat' }
  const account = accountIn(books, org, accountId)
  if (!account) return { status: 'no_account' }
  const rule = [account.total, ...account.rules].find((one) => one.budget.id === budget)
  if (!rule) return { status: 'no_budget' }
  books.adjusted.push(command)
  const counter = atMs < nowMs ? counterOf(rule, atMs) : counterAt(rule, nowMs)
  counter.carried.push({ ...NO_SHARE, spent: BigInt(delta) })
  return { status: 'ok' }
}

/** The states of these accounts, or of all that there are. */
export function states(
  books: Books,
  org: string | undefined,
  ids?: readonly AccountId[],
): readonly AccountState[] {
  const now = { windowNowMs: windowNowMs(books), nowMs: books.clock.now() }
  if (!ids) {
    const all = books.accounts.filter((account) => org === undefined || account.org === org)
    return all.sort((a, b) => order(a.org, b.org) || order(a.id, b.id)).map((one) => stateOf(one, now))
  }
  return ids.map((id) => {
    const account = accountIn(books, org!, id)
    if (account) return stateOf(account, now)
    return { org: org!, account: id, spent: 0, reserved: 0, unconfirmed: 0, budgets: [] }
  })
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function smallestLimits(
  books: Books,
  org: string,
  path: readonly AccountId[],
): ReturnType<Ledger['smallestLimits']> {
  const smallest: ReturnType<Ledger['smallestLimits']> = {}
  for (const id of path) {
    const budgets =
      accountIn(books, org, id)?.rules.map(({ budget }) => budget) ?? books.defaults.get(kindOf(id)) ?? []
    for (const budget of budgets) {
      const { metric, mode } = budget
      const limit = limitAt(budget, books.clock.now())
      if (mode === 'hard') smallest[metric] = Math.min(limit, smallest[metric] ?? limit)
    }
  }
  return smallest
}
