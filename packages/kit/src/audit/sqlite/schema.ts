import type { OwnTables } from '../../core/sqlite-file.ts'

/**
 * `audit` has a column for each field of a record, by the field's name. `audit_pruned` keeps what rows had been charged
 * that are too old to be kept, so that the sum of both is still what the books were told.
 */
const TABLES = `
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

/** Columns that came after the layout did, empty in older rows: releases that do not know them may go on. */
const LATER: OwnTables['later'] = [
  ['audit', 'cache_write_1h_tokens', 'INTEGER'],
  ['audit', 'image_input_tokens', 'INTEGER'],
  ['audit', 'image_output_tokens', 'INTEGER'],
  ['audit', 'images', 'INTEGER'],
  ['audit', 'audio_ms', 'INTEGER'],
  ['audit', 'characters', 'INTEGER'],
  ['audit', 'web_searches', 'INTEGER'],
  ['audit', 'unit', 'TEXT'],
  ['audit', 'unit_thousandths', 'INTEGER'],
  ['audit', 'service_tier', 'TEXT'],
  ['audit', 'cache', 'TEXT'],
  ['audit', 'cache_reason', 'TEXT'],
  ['audit', 'saved_nano_usd', 'INTEGER'],
  ['audit', 'cache_overhead_nano_usd', 'INTEGER'],
]

export const SCHEMA: OwnTables = {
  tables: TABLES,
  layoutTable: 'audit_layout',
  layout: 1,
  later: LATER,
  what: 'the audit log',
}
