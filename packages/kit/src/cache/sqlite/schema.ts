import type { OwnTables } from '../../core/sqlite-file.ts'

const TABLES = `
  CREATE TABLE IF NOT EXISTS cache_entry (
    id            TEXT PRIMARY KEY,
    share         TEXT NOT NULL,
    version       TEXT NOT NULL,
    stamp         TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    cost_nano_usd INTEGER NOT NULL,
    hits          INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    rank          REAL NOT NULL,
    body          TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS cache_entry_worth ON cache_entry (share, rank);
  CREATE INDEX IF NOT EXISTS cache_entry_expiry ON cache_entry (expires_at_ms);
  CREATE TABLE IF NOT EXISTS cache_share (
    share TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    floor REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS cache_epoch (
    name  TEXT PRIMARY KEY,
    epoch TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`

export const SCHEMA: OwnTables = {
  tables: TABLES,
  layoutTable: 'cache_layout',
  layout: 1,
  what: 'the cache',
}
