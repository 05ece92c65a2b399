import type { OwnTables } from '../../core/sqlite-file.ts'

/**
 * `cache_lesson` is the log, `cache_learnt` what it has come to: rows by their keys, and in `cache_book` up to where. A book is
 * everything that lessons depend on: those of another one stay where they are until nobody needs them any more.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS cache_lesson (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    book     TEXT NOT NULL,
    batch    TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS cache_lesson_book ON cache_lesson (book, sequence);
  CREATE TABLE IF NOT EXISTS cache_learnt (
    book          TEXT NOT NULL,
    key           TEXT NOT NULL,
    text          TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    PRIMARY KEY (book, key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS cache_learnt_expiry ON cache_learnt (expires_at_ms);
  CREATE TABLE IF NOT EXISTS cache_book (
    book  TEXT PRIMARY KEY,
    place INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

export const LESSON_SCHEMA: OwnTables = {
  tables: TABLES,
  layoutTable: 'cache_lesson_layout',
  layout: 1,
  what: 'what the cache has learnt',
}
