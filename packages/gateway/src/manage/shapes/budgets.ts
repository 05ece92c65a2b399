import type { BudgetsRecord } from '@tollgate/kit/directory'
import { type Shape, shapeOf } from '../shape.ts'
import { budgetsWire, readBudgets, writeBudgets } from './budget.ts'

/** All the budgets of its own that an account was given. */
export const budgetsShape: Shape<BudgetsRecord> = shapeOf(
  { budgets: budgetsWire },
  {
    read: ({ budgets }) => ({ budgets: readBudgets(budgets) }),
    write: ({ budgets }) => ({ budgets: writeBudgets(budgets) }),
  },
)
