import type { Rates } from '@tollgate/kit/limits'
import { isMapping, type Mapping } from '../../mapping.ts'
import { carriedBudget, type StatedBudget } from './budget.ts'
import type { Notes } from './note.ts'

/** A row with its limits: its own, else those of the budget that it names. */
export type LimitsOf = (row: Mapping) => Mapping

/** The budget of a row, if it has one that can be carried. */
export function budgetsOf(item: string, row: Mapping, notes: Notes): readonly StatedBudget[] {
  if (row.max_budget == null) return []
  const carried = carriedBudget(row.max_budget, row.budget_duration, row.spend)
  if (!carried) {
    notes.left(`${item}.max_budget`, `${row.max_budget} every ${row.budget_duration} is no budget here`)
    return []
  }
  if (carried.differs) notes.changed(`${item}.max_budget`, carried.differs)
  return [carried.budget]
}

/** How fast it may go; undefined when that is not said. LiteLLM takes a limit of zero for none. */
export function ratesOf(row: Mapping): Rates | undefined {
  const { rpm_limit: rpm, tpm_limit: tpm, max_parallel_requests: concurrency } = row
  const said = Object.entries({ rpm, tpm, concurrency }).filter(([, value]) => Number(value ?? 0) > 0)
  return said.length > 0 ? Object.fromEntries(said.map(([name, value]) => [name, Number(value)])) : undefined
}

/** Notes what of a row is stated and has no place here. */
export function leftOf(
  item: string,
  row: Mapping,
  fields: readonly string[],
  notes: Notes,
  why = 'has no place here',
): void {
  for (const field of fields) if (isStated(row[field])) notes.left(`${item}.${field}`, why)
}

function isStated(value: unknown): boolean {
  if (value == null || value === '' || value === false) return false
  if (Array.isArray(value)) return value.length > 0
  return isMapping(value) ? Object.keys(value).length > 0 : true
}
