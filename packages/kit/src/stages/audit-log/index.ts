export { type AuditLog, type AuditLogOptions, auditLog } from './audit-log.ts'
