import type { OwnTables } from '../../core/sqlite-file.ts'

const TABLES = `
  CREATE TABLE IF NOT EXISTS owner_thing (
    digest        TEXT PRIMARY KEY,
    owner         TEXT NOT NULL,
    facts         TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS owner_thing_expiry ON owner_thing (expires_at_ms);
`

export const SCHEMA: OwnTables = {
  tables: TABLES,
  layoutTable: 'owner_layout',
  layout: 1,
  what: 'the register of owners',
}
