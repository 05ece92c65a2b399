import type { OwnTables } from '../../../core/sqlite-file.ts'

/**
 * `cache_vector` has a row for each entry that can be found by what it means. `sequence` is the order in which they came:
 * a partition is read from its newest row on, in pages.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS cache_vector (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    part       TEXT NOT NULL,
    id         TEXT NOT NULL,
    vec        BLOB NOT NULL,
    features   BLOB NOT NULL,
    expires_ms INTEGER,
    UNIQUE (part, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS cache_vector_part ON cache_vector (part, sequence);
  CREATE INDEX IF NOT EXISTS cache_vector_expires ON cache_vector (expires_ms) WHERE expires_ms IS NOT NULL;
`

export const SCHEMA: OwnTables = {
  tables: TABLES,
  layoutTable: 'cache_vector_layout',
  layout: 1,
  what: 'the vectors of the cache',
}
