export { type ClockReset, type ResetClockOptions, resetLedgerClock } from './newest-time.ts'
export { type SqliteLedgerOptions, sqliteLedger } from './sqlite-ledger.ts'
export { type SqliteUnbookedOptions, sqliteUnbooked } from './unbooked.ts'
