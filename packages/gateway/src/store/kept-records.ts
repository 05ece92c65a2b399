import { type AuditSink, ndjsonAudit } from '@tollgate/kit/audit'
import type { Config } from '../config/index.ts'
import type { Store } from './store.ts'

/** Where a gateway keeps its records: the table beside the books, where there is one, and the files that the config names. */
export function keptRecords({ audit }: Pick<Config, 'audit'>, { table }: Pick<Store, 'table'>): AuditSink[] {
  const files = audit.map(({ path }) => ndjsonAudit(path, { name: path }))
  return table ? [table, ...files] : files
}
