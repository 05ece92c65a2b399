export { type SqliteLedgerOptions, sqliteLedger } from './sqlite-ledger.ts'
