import type { OwnTables } from '../../core/sqlite-file.ts'

const TABLES = `
  CREATE TABLE IF NOT EXISTS virtual_key (
    lookup            TEXT PRIMARY KEY,
    id                TEXT NOT NULL UNIQUE,
    hash              BLOB NOT NULL CHECK (length(hash) = 32),
    org               TEXT NOT NULL,
    team              TEXT,
    project           TEXT,
    user              TEXT,
    label             TEXT,
    tags              TEXT,
    created_at_ms     INTEGER NOT NULL,
    expires_at_ms     INTEGER,
    revoked_at_ms     INTEGER,
    scopes            TEXT,
    previous_lookup   TEXT,
    previous_hash     BLOB,
    previous_until_ms INTEGER,
    revision          INTEGER NOT NULL DEFAULT 1,
    tier              TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE UNIQUE INDEX IF NOT EXISTS virtual_key_previous
    ON virtual_key (previous_lookup) WHERE previous_lookup IS NOT NULL;

  CREATE TABLE IF NOT EXISTS directory_record (
    org           TEXT NOT NULL,
    kind          TEXT NOT NULL,
    id            TEXT NOT NULL,
    revision      INTEGER NOT NULL,
    value         TEXT NOT NULL,
    owner         TEXT NOT NULL,
    changed_at_ms INTEGER NOT NULL,
    PRIMARY KEY (org, kind, id)
  ) STRICT, WITHOUT ROWID;

  -- What was taken away, so that no revision of it comes twice.
  CREATE TABLE IF NOT EXISTS directory_gone (
    org      TEXT NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (org, kind, id)
  ) STRICT, WITHOUT ROWID;

  -- Place counts the changes of all orgs, sequence those of one.
  CREATE TABLE IF NOT EXISTS directory_change (
    place    INTEGER PRIMARY KEY,
    org      TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    before   TEXT,
    after    TEXT,
    UNIQUE (org, sequence)
  ) STRICT;
`

/** Keys could be made and revoked, and nothing else. */
const FROM_1 = `
  ALTER TABLE virtual_key ADD COLUMN scopes TEXT;
  ALTER TABLE virtual_key ADD COLUMN previous_lookup TEXT;
  ALTER TABLE virtual_key ADD COLUMN previous_hash BLOB;
  ALTER TABLE virtual_key ADD COLUMN previous_until_ms INTEGER;
  ALTER TABLE virtual_key ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
`

/** Tiers were those of owners alone. */
const FROM_2 = 'ALTER TABLE virtual_key ADD COLUMN tier TEXT'

export const SCHEMA: OwnTables = {
  tables: TABLES,
  layoutTable: 'directory_layout',
  layout: 3,
  migrations: [FROM_1, FROM_2],
  what: 'the directory',
}
