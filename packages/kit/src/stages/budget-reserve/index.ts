export { type BudgetReserveOptions, budgetReserve } from './budget-reserve.ts'
export type { CallFacts } from './call-facts.ts'
export { type Reservation, reservation } from './slots.ts'
