import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditRecord } from '@tollgate/kit/audit'
import { type SqliteAudit, sqliteAudit } from '@tollgate/kit/audit/sqlite'
import { type AuditLog, type AuditLogOptions, auditLog } from '@tollgate/kit/stages/audit-log'
import { expect } from 'vitest'
import { closeAfter } from '../support/close-after.ts'

export interface Trail {
  readonly audit: AuditLog
  readonly table: SqliteAudit
  /** The records once there are so many requests, oldest first. */
  records(count: number): Promise<readonly AuditRecord[]>
}

/** A folder that is gone when the test ends. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tollgate-audit-'))
  closeAfter(async () => rmSync(made, { recursive: true, force: true }))
  return made
}

/** An audit log that writes to a table of its own, or to the file of a path. */
export function trail({
  path = ':memory:',
  sinks = [],
  ...options
}: Partial<AuditLogOptions> & { readonly path?: string } = {}): Trail {
  const table = sqliteAudit(path)
  const audit = auditLog({ sinks: [table, ...sinks], ...options })
  closeAfter(async () => void (await audit.close({ deadlineMs: 500 })))
  return {
    audit,
    table,
    async records(count) {
      // A record is written when its response has closed, which is after its client has had all of it.
      const written = async () => {
        await audit.flush()
        return (await table.recent(10_000)).length
      }
      await expect.poll(written, { interval: 5 }).toBeGreaterThanOrEqual(count)
      const found = await table.recent(10_000)
      expect(found).toHaveLength(count)
      return found.toReversed()
    },
  }
}
