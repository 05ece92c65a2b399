import type { Budget } from './budget.ts'

/** How much a budget allows at a moment: more while its raise lasts. */
export function limitAt({ limit, raise }: Pick<Budget, 'limit' | 'raise'>, nowMs: number): number {
  return raise && nowMs < raise.untilMs ? limit + raise.amount : limit
}

/** So many percent of a limit, rounded up; exact up to 2^53, whatever the limit. */
export function partOf(limit: number, percent: number): number {
  const rest = limit % 100
  return ((limit - rest) / 100) * percent + Math.ceil((rest * percent) / 100)
}
