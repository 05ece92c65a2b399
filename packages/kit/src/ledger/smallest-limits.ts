import type { Budget, Metric } from './budget.ts'
import { limitAt } from './limit.ts'

/** Of each metric, the smallest of the hard limits among these budgets. */
export function smallestLimits(budgets: readonly Budget[], nowMs: number): Partial<Record<Metric, number>> {
  const smallest: Partial<Record<Metric, number>> = {}
  for (const budget of budgets) {
    const { mode, metric } = budget
    const limit = limitAt(budget, nowMs)
    if (mode === 'hard' && limit < (smallest[metric] ?? Infinity)) smallest[metric] = limit
  }
  return smallest
}
