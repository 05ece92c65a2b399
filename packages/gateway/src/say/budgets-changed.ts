import type { BudgetsRecord } from '@tollgate/kit/directory'
import { budgetFrom } from '@tollgate/kit/ledger'
import { budgetText } from './config-lines.ts'

/** What an account may spend of its own, before and after: `$5.00 per day → $20.00 per day, $300.00 per month`. */
export function budgetsChanged(before: object | null, after: object | null): string {
  return [before, after]
    .map((given) => (given ? givenText(given as BudgetsRecord) : 'none of its own'))
    .join(' → ')
}

function givenText({ budgets }: BudgetsRecord): string {
  return budgets
    .map((entry) => `${budgetText(budgetFrom(entry))}${entry.mode === 'soft' ? ' (only observed)' : ''}`)
    .join(', ')
}
