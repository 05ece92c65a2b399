import type { BudgetEntry } from '@tollgate/kit/ledger'

/** Something of the config whose budgets have no time zone yet. */
export type Stated<T> = Omit<T, 'budgets'> & { readonly budgets: readonly BudgetEntry[] }
