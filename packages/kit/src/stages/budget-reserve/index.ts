export { type BudgetReserveOptions, budgetReserve } from './budget-reserve.ts'
export type { CallFacts } from './call-facts.ts'
export { reservation } from './slots.ts'
