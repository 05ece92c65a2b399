import type { OwnTables } from '../../core/sqlite-file.ts'

const TABLES = `
  CREATE TABLE IF NOT EXISTS virtual_key (
    lookup        TEXT PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    hash          BLOB NOT NULL CHECK (length(hash) = 32),
    org           TEXT NOT NULL,
    team          TEXT,
    project       TEXT,
    user          TEXT,
    label         TEXT,
    tags          TEXT,
    created_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    revoked_at_ms INTEGER
  ) STRICT, WITHOUT ROWID;
`

export const SCHEMA: OwnTables = {
  tables: TABLES,
  layoutTable: 'directory_layout',
  layout: 1,
  what: 'the directory',
}
