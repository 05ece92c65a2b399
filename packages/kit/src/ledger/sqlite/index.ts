export { type ClockReset, type ResetClockOptions, resetSqliteClock } from './reset-clock.ts'
export { type SqliteLedgerOptions, sqliteLedger } from './sqlite-ledger.ts'
export { type SqliteUnbookedOptions, sqliteUnbooked } from './unbooked.ts'
