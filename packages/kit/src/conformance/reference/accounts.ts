import { isDeepStrictEqual } from 'node:util'
import type { AccountId, AccountState, Budget, Standing } from '../../ledger/ledger.ts'
import { turnAt } from './calendar.ts'
import { NO_SHARE, shareOf } from './entries.ts'
import type { Account, Counter, Rule, Share } from './records.ts'

/** Where sums would stop being exact integers in a store that counts in doubles. */
export const END_OF_ARITHMETIC: number = 2 ** 53 - 2 ** 50

const NO_LIMIT = { limit: END_OF_ARITHMETIC, mode: 'soft' } as const
const TOTAL: Budget = { id: 'total', metric: 'usd', window: 'total', timeZone: 'UTC', ...NO_LIMIT }

export function newAccount(org: string, id: AccountId, parent?: string): Account {
  const total: Rule = { account: id, budget: TOTAL, counters: new Map() }
  return { org, id, parent, total, rules: [], retired: [] }
}

export const countingRules = ({ total, rules, retired }: Account): Rule[] => [total, ...rules, ...retired]

export function counterAt(rule: Rule, nowMs: number): Counter {
  // Time only moves forward here: what has not ended is still the one.
  if (rule.current && nowMs < rule.current.turn.endMs) return rule.current
  rule.current = counterOf(rule, nowMs)
  return rule.current
}

/** The counter of a rule at any time, past ones included. */
export function counterOf(rule: Rule, atMs: number): Counter {
  const turn = turnAt(atMs, rule.budget)
  const counter = rule.counters.get(turn.label) ?? { rule, turn, entries: [], carried: [] }
  rule.counters.set(turn.label, counter)
  return counter
}

export function sumOf({ rule, entries, carried }: Counter): Share {
  let { spent, reserved, unconfirmed, overdraft } = NO_SHARE
  const shares = entries.map((entry) => shareOf(entry, rule.budget.metric))
  for (const share of [...carried, ...shares]) {
    spent += share.spent
    reserved += share.reserved
    unconfirmed += share.unconfirmed
    overdraft += share.overdraft
  }
  return { spent, reserved, unconfirmed, overdraft }
}

/** What a budget allows at a moment: more while a raise lasts. */
export function limitAt({ limit, raise }: Budget, nowMs: number): number {
  return limit + (raise && nowMs < raise.untilMs ? raise.amount : 0)
}

/** @param nowMs by the raw clock: when raises end. */
export function standingOf(counter: Counter, nowMs: number): Standing {
  const { rule, turn } = counter
  const { spent, reserved, unconfirmed } = sumOf(counter)
  const { id, metric, window } = rule.budget
  const limit = limitAt(rule.budget, nowMs)
  return {
    account: rule.account,
    budget: id,
    metric,
    window,
    limit,
    spent: Number(spent),
    reserved: Number(reserved),
    unconfirmed: Number(unconfirmed),
    remaining: Number(BigInt(limit) - spent - reserved),
    resetAtMs: turn.endMs === Infinity ? null : turn.endMs,
  }
}

export function stateOf(
  account: Account,
  { windowNowMs, nowMs }: { readonly windowNowMs: number; readonly nowMs: number },
): AccountState {
  const standing = (rule: Rule) => standingOf(counterAt(rule, windowNowMs), nowMs)
  const { spent, reserved, unconfirmed } = standing(account.total)
  const budgets = account.rules.map(standing)
  return { org: account.org, account: account.id, spent, reserved, unconfirmed, budgets }
}

export function hasBudgets({ rules }: Account, budgets: readonly Budget[]): boolean {
  const now = rules.map(({ budget }) => budget)
  return isDeepStrictEqual(now, [...budgets])
}

/** Give an account these budgets: what keeps its shape goes on counting, what is new begins where the old one stood. */
export function replaceBudgets(account: Account, budgets: readonly Budget[], nowMs: number): void {
  const known = [...account.rules, ...account.retired]
  const dropped = account.rules.filter(({ budget }) => !budgets.some((next) => isSameShape(budget, next)))
  const placed = budgets.map((budget) => {
    const kept = known.find((rule) => isSameShape(rule.budget, budget))
    if (kept) return Object.assign(kept, { budget })
    const added: Rule = { account: account.id, budget, counters: new Map() }
    const alike = dropped.filter((rule) => rule.budget.metric === budget.metric)
    const replaced = alike.find((rule) => rule.budget.id === budget.id) ?? alike[0]
    if (replaced) carryOver(counterAt(replaced, nowMs), counterAt(added, nowMs))
    return added
  })
  account.rules = placed
  account.retired = known.filter((rule) => !placed.includes(rule))
  for (const rule of account.retired) rule.budget = { ...rule.budget, ...NO_LIMIT }
}

/** Everything that was charged to the one counts in both, whatever becomes of it. */
function carryOver(from: Counter, to: Counter): void {
  to.carried.push(...from.carried)
  for (const entry of from.entries) {
    to.entries.push(entry)
    entry.counters = [...entry.counters, to]
  }
}

function isSameShape(a: Budget, b: Budget): boolean {
  const shape = ({ id, metric, window, timeZone, anchorDay = 1 }: Budget) => [
    id,
    metric,
    window,
    timeZone,
    anchorDay,
  ]
  return isDeepStrictEqual(shape(a), shape(b))
}
