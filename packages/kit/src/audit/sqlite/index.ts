export type { Span, SpendGroup, SpendQuery, SpendRow } from './spend.ts'
export { type SqliteAudit, type SqliteAuditOptions, sqliteAudit } from './sqlite-audit.ts'
export type { Attribution } from './unattributed.ts'
export type { WouldRefuseRow } from './would-refuse.ts'
