import type { Budget } from './budget.ts'

/** What names a rule: all that may never change under what it counts. */
export interface RuleName extends Pick<Budget, 'id' | 'metric' | 'window' | 'timeZone'> {
  readonly anchorDay?: number | undefined
}

export function isSameRule(one: RuleName, other: RuleName): boolean {
  return (
    one.id === other.id &&
    one.metric === other.metric &&
    one.window === other.window &&
    one.timeZone === other.timeZone &&
    (one.anchorDay ?? 1) === (other.anchorDay ?? 1)
  )
}

/** Of the rules that an account drops, the one in whose place a new budget comes; undefined when it comes in none's. */
export function replacedBy<Rule>(
  { id, metric }: Budget,
  dropped: readonly Rule[],
  nameOf: (rule: Rule) => RuleName,
): Rule | undefined {
  const alike = dropped.filter((rule) => nameOf(rule).metric === metric)
  return alike.find((rule) => nameOf(rule).id === id) ?? alike[0]
}
