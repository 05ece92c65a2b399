import type { DatabaseSync } from 'node:sqlite'

/** The layout of the tables below. A file of a newer one is refused: its rows may mean something else. */
const LAYOUT = 1

/**
 * `audit` has a column for each field of a record, by the field's name. `audit_pruned` keeps what rows had been charged
 * that are too old to be kept, so that the sum of both is still what the books were told.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS audit_layout (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE IF NOT EXISTS audit (
    id                   TEXT PRIMARY KEY,
    request_id           TEXT NOT NULL,
    at_ms                INTEGER NOT NULL,
    ended_at_ms          INTEGER NOT NULL,
    org                  TEXT,
    team                 TEXT,
    project              TEXT,
    user                 TEXT,
    key                  TEXT,
    tags                 TEXT,
    tier                 TEXT,
    decision             TEXT NOT NULL,
    fault                TEXT,
    would_refuse         TEXT,
    would_refuse_account TEXT,
    dialect              TEXT,
    endpoint             TEXT,
    model                TEXT,
    stream               INTEGER,
    provider             TEXT,
    served_model         TEXT,
    attempts             TEXT,
    ending               TEXT NOT NULL,
    status               INTEGER,
    input_tokens         INTEGER,
    cached_input_tokens  INTEGER,
    cache_write_tokens   INTEGER,
    audio_input_tokens   INTEGER,
    output_tokens        INTEGER,
    audio_output_tokens  INTEGER,
    reasoning_tokens     INTEGER,
    reserved_nano_usd    INTEGER,
    charged_nano_usd     INTEGER NOT NULL,
    charged_tokens       INTEGER NOT NULL,
    basis                TEXT,
    price_version        TEXT,
    price_source         TEXT,
    latency_ms           INTEGER,
    first_byte_ms        INTEGER,
    content              TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS audit_at ON audit (at_ms);

  CREATE TABLE IF NOT EXISTS audit_pruned (
    org              TEXT PRIMARY KEY,
    requests         INTEGER NOT NULL,
    charged_nano_usd INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

/**
 * Make the audit log's tables where they are missing. Several processes may do so at the same time.
 *
 * @throws Error when the file was written by a newer Tollgate.
 */
export function provisionTables(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec(TABLES)
    db.prepare('INSERT OR IGNORE INTO audit_layout (one, version) VALUES (1, ?)').run(LAYOUT)
    const found = db.prepare('SELECT version FROM audit_layout').get()?.version
    if (found !== LAYOUT) {
      throw new Error(
        `the audit log has layout ${found}, this Tollgate knows layout ${LAYOUT}: use the Tollgate that wrote it, or a newer one`,
      )
    }
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
