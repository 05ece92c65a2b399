import type { AuditRecord } from './record.ts'

/**
 * Where records go. Each sink has a bounded queue of its own before it: it may be slow, fail or never answer without any
 * request noticing.
 */
export interface AuditSink {
  /** For metrics and warnings. */
  readonly name: string
  /**
   * Keep these records, in this order. A batch that fails comes again, whole: the same record may be given twice, and
   * is known by its `id`.
   */
  write(records: readonly AuditRecord[]): void | Promise<void>
  /** Those of the records that it has neither as they are nor as something later; for repairs after a crash. */
  lacks?(records: readonly AuditRecord[]): readonly AuditRecord[] | Promise<readonly AuditRecord[]>
  close?(): void | Promise<void>
}
