export { type BudgetEntry, budgetFrom, type DefaultBudget, type Period } from './budget-entry.ts'
export {
  type KeeperTimers,
  type ReservationKeeper,
  type ReservationKeeperOptions,
  reservationKeeper,
} from './keeper.ts'
export * from './ledger.ts'
export { noAccountText } from './no-account.ts'
export { type WindowSpan, windowAt } from './windows.ts'
