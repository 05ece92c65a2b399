import type { DatabaseSync } from 'node:sqlite'

/** The layout of the tables below. A file of a newer one is refused: its rows may mean something else. */
const LAYOUT = 1

const TABLES = `
  CREATE TABLE IF NOT EXISTS directory_layout (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
  ) STRICT;

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

/**
 * Make the directory's tables where they are missing. Several processes may do so at the same time.
 *
 * @throws Error when the file was written by a newer Tollgate.
 */
export function provisionTables(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec(TABLES)
    db.prepare('INSERT OR IGNORE INTO directory_layout (one, version) VALUES (1, ?)').run(LAYOUT)
    const found = db.prepare('SELECT version FROM directory_layout').get()?.version
    if (found !== LAYOUT) {
      throw new Error(
        `the directory has layout ${found}, this Tollgate knows layout ${LAYOUT}: use the Tollgate that wrote it, or a newer one`,
      )
    }
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
