import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Budget, Raise } from '../ledger.ts'
import { isSameRule, replacedBy } from '../rule.ts'
import { TOTAL } from '../total.ts'

/**
 * A limit together with all that may never change under it. An account's rules are numbered by their place in its list,
 * and stay in it for ever: one that is no longer wanted goes on counting, since it may come back.
 */
export interface Rule {
  readonly id: string
  readonly metric: Budget['metric']
  readonly window: Budget['window']
  readonly timeZone: string
  readonly anchorDay: number | undefined
  /** Among the account's budgets as they were given, from 0; null for the implicit total and when it is retired. */
  readonly place: number | null
}

/** What may change under a rule without changing what it counts. */
export interface Limit {
  /** `r`: retired, and the total. */
  readonly mode: 'h' | 's' | 'r'
  readonly limit: number
  readonly raise?: Raise
}

/** The rules of an account and what they limit, as texts and as what these mean. */
export interface Ruling {
  /** Names `rules`: the same text, the same name, in every process. */
  readonly v: string
  readonly rulesText: string
  readonly limitsText: string
  readonly rules: readonly Rule[]
  readonly limits: readonly Limit[]
}

export interface Replanned extends Ruling {
  /** `new<old` per rule that begins where another stands. */
  readonly seeds: string
}

/** What the accounts of a kind get that nobody provisioned. */
export interface Default extends Replanned {
  readonly budgets: readonly Budget[]
}

const TOTAL_RULE: Rule = {
  id: TOTAL.id,
  metric: TOTAL.metric,
  window: TOTAL.window,
  timeZone: TOTAL.timeZone,
  anchorDay: undefined,
  place: null,
}
const NOTHING: Limit = { mode: 'r', limit: TOTAL.limit }

/** What an account is ruled by that has these budgets and never had others. */
export function rulingOf(budgets: readonly Budget[]): Replanned {
  return replan({ rules: [TOTAL_RULE] }, budgets)
}

/** Read what is kept with an account. */
export function readRuling(v: string, rulesText: string, limits: string): Ruling {
  const kept = JSON.parse(rulesText) as readonly (readonly [
    string,
    Rule['metric'],
    Rule['window'],
    string,
    number | null,
    number | null,
  ])[]
  const rules = kept.map(([id, metric, window, timeZone, anchorDay, place]) => ({
    id,
    metric,
    window,
    timeZone,
    anchorDay: anchorDay ?? undefined,
    place,
  }))
  return { v, rulesText, limitsText: limits, rules, limits: readLimits(limits) }
}

export function readLimits(texts: string): Limit[] {
  return texts.split(' ').map((text) => {
    const [limit, raised, untilMs] = text.slice(1).split(/[+@]/)
    const raise = raised !== undefined && { amount: Number(raised), untilMs: Number(untilMs) }
    return { mode: text[0] as Limit['mode'], limit: Number(limit), ...(raise && { raise }) }
  })
}

export function limitsText(limits: readonly Limit[]): string {
  return limits
    .map(({ mode, limit, raise }) => mode + limit + (raise ? `+${raise.amount}@${raise.untilMs}` : ''))
    .join(' ')
}

/** The budgets of an account, in their order. */
export function budgetsOf({ rules, limits }: Ruling): Budget[] {
  return rules
    .map((rule, number) => ({ rule, number }))
    .filter(({ rule }) => rule.place !== null)
    .sort((a, b) => a.rule.place! - b.rule.place!)
    .map(({ rule, number }) => budgetOf(rule, limits[number]!))
}

export function budgetOf(
  { id, metric, window, timeZone, anchorDay }: Rule,
  { mode, limit, raise }: Limit,
): Budget {
  return {
    id,
    metric,
    window,
    timeZone,
    ...(anchorDay !== undefined && { anchorDay }),
    limit,
    mode: mode === 'h' ? 'hard' : 'soft',
    ...(raise && { raise }),
  }
}

export function sameBudgets(ruling: Ruling, budgets: readonly Budget[]): boolean {
  return isDeepStrictEqual(budgetsOf(ruling), budgets.map(budgetAsKept))
}

/** A budget with its fields as they come back from the books. */
const budgetAsKept = ({ anchorDay, raise, ...budget }: Budget): Budget => ({
  ...budget,
  ...(anchorDay !== undefined && { anchorDay }),
  ...(raise && { raise: { amount: raise.amount, untilMs: raise.untilMs } }),
})

/**
 * Give an account these budgets and no others. A budget whose rule is in the list, retired or not, takes it up again. One
 * that is new takes over what the budget in whose place it comes has counted, so that changing a limit's calendar is not
 * a fresh start.
 */
export function replan({ rules: had }: Pick<Ruling, 'rules'>, budgets: readonly Budget[]): Replanned {
  const rules: Rule[] = had.map((rule) => ({ ...rule, place: null }))
  const limits: Limit[] = had.map(() => NOTHING)
  const dropped = had.filter(
    (rule) => rule.place !== null && !budgets.some((budget) => isRuleOf(rule, budget)),
  )
  const seeds: string[] = []
  for (const [place, budget] of budgets.entries()) {
    const kept = had.findIndex((rule) => isRuleOf(rule, budget))
    const number = kept === -1 ? rules.length : kept
    const { id, metric, window, timeZone, anchorDay, limit, mode, raise } = budget
    rules[number] = { ...(had[number] ?? { id, metric, window, timeZone, anchorDay }), place }
    limits[number] = { mode: mode === 'hard' ? 'h' : 's', limit, ...(raise && { raise }) }
    const replaced = kept === -1 ? replacedBy(budget, dropped, (rule) => rule) : undefined
    if (replaced) seeds.push(`${number}<${had.indexOf(replaced)}`)
  }
  return { ...written(rules, limits), seeds: seeds.join(' ') }
}

function written(rules: readonly Rule[], limits: readonly Limit[]): Ruling {
  const rulesText = JSON.stringify(
    rules.map(({ id, metric, window, timeZone, anchorDay, place }) => [
      id,
      metric,
      window,
      timeZone,
      anchorDay ?? null,
      place,
    ]),
  )
  const v = hash('sha1', rulesText, 'base64url').slice(0, 16)
  return { v, rulesText, limitsText: limitsText(limits), rules, limits }
}

/** The total is nobody's budget. */
const isRuleOf = (rule: Rule, budget: Budget): boolean => budget.id !== TOTAL.id && isSameRule(rule, budget)
