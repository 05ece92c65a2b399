import { type AuditSink, ndjsonAudit } from '@tollgate/kit/audit'
import { type SqliteAudit, sqliteAudit } from '@tollgate/kit/audit/sqlite'
import type { Clock } from '@tollgate/kit/core'
import type { Config } from '../config/index.ts'

/** Where a gateway keeps its records: the table beside the books, and the files that the config names. */
export interface KeptRecords {
  readonly table: SqliteAudit
  readonly sinks: readonly AuditSink[]
}

export function keptRecords({ store, audit }: Pick<Config, 'store' | 'audit'>, clock: Clock): KeptRecords {
  const table = sqliteAudit(store.path, { clock })
  const files = audit.map(({ path }) => ndjsonAudit(path, { name: path }))
  return { table, sinks: [table, ...files] }
}
