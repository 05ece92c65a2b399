import type { DatabaseSync } from 'node:sqlite'
import { transaction } from '../../core/transaction.ts'

/** What the columns mean. Books of another layout are refused, never guessed at. Layout 1 did not say whose an account is. */
const LAYOUT = 2
const UNIT = 'nano-USD'

/**
 * Accounts, reservations, adjustments and what could not be booked are named within an org; a rule, and with it its
 * counters, belongs to one account of one org. A reservation's index begins with its id, whose beginning is the time: new
 * rows go to its end, whichever org they are of.
 *
 * `meta.sequence` grows with every transaction that changed anything: by it a process knows that nobody else has
 * written. `budget.rule` names a limit together with all that may never change under it, so that a counter can only ever
 * be read as what it was written as. A rule that was replaced loses its place and its limit, and goes on counting.
 */
const TABLES = `
  CREATE TABLE meta (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    layout    INTEGER NOT NULL,
    unit      TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    newest_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE account (
    org    TEXT NOT NULL,
    id     TEXT NOT NULL,
    parent TEXT NOT NULL,
    auto   INTEGER NOT NULL,
    PRIMARY KEY (org, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX account_auto ON account (org, parent) WHERE auto = 1;

  CREATE TABLE budget (
    rule           INTEGER PRIMARY KEY AUTOINCREMENT,
    org            TEXT NOT NULL,
    account        TEXT NOT NULL,
    id             TEXT NOT NULL,
    metric         TEXT NOT NULL,
    window         TEXT NOT NULL,
    time_zone      TEXT NOT NULL,
    anchor_day     INTEGER,
    limit_amount   INTEGER NOT NULL,
    mode           TEXT NOT NULL,
    raise_amount   INTEGER,
    raise_until_ms INTEGER,
    place          INTEGER
  ) STRICT;
  CREATE INDEX budget_account ON budget (org, account);

  CREATE TABLE counter (
    rule        INTEGER NOT NULL,
    window      TEXT NOT NULL,
    end_ms      INTEGER,
    spent       INTEGER NOT NULL,
    reserved    INTEGER NOT NULL,
    unconfirmed INTEGER NOT NULL,
    overdraft   INTEGER NOT NULL,
    referrers   INTEGER NOT NULL,
    heirs       TEXT,
    PRIMARY KEY (rule, window)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX counter_end ON counter (end_ms) WHERE end_ms IS NOT NULL;

  CREATE TABLE reservation (
    org               TEXT NOT NULL,
    id                TEXT NOT NULL,
    state             TEXT NOT NULL,
    due_ms            INTEGER NOT NULL,
    owner             TEXT NOT NULL,
    path              TEXT NOT NULL,
    counters          TEXT NOT NULL,
    memo              TEXT NOT NULL,
    asked             TEXT NOT NULL,
    ttl_ms            INTEGER NOT NULL,
    reserved_at_ms    INTEGER NOT NULL,
    ended_at_ms       INTEGER,
    reserved_usd      INTEGER NOT NULL,
    reserved_tokens   INTEGER NOT NULL,
    reserved_requests INTEGER NOT NULL,
    consumed_usd      INTEGER NOT NULL DEFAULT 0,
    consumed_tokens   INTEGER NOT NULL DEFAULT 0,
    consumed_requests INTEGER NOT NULL DEFAULT 0,
    observed_usd      INTEGER NOT NULL DEFAULT 0,
    observed_tokens   INTEGER NOT NULL DEFAULT 0,
    observed_requests INTEGER NOT NULL DEFAULT 0,
    settled_usd       INTEGER,
    settled_tokens    INTEGER,
    settled_requests  INTEGER,
    basis             TEXT,
    told              TEXT,
    PRIMARY KEY (id, org)
  ) STRICT;
  CREATE INDEX reservation_due ON reservation (state, due_ms) WHERE state IN ('open', 'expired');

  CREATE TABLE unbooked (
    org      TEXT NOT NULL,
    id       TEXT NOT NULL,
    usd      INTEGER NOT NULL,
    tokens   INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    basis    TEXT NOT NULL,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (org, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE adjustment (
    org    TEXT NOT NULL,
    id     TEXT NOT NULL,
    rule   INTEGER NOT NULL,
    window TEXT NOT NULL,
    delta  INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at_ms  INTEGER NOT NULL,
    PRIMARY KEY (org, id)
  ) STRICT, WITHOUT ROWID;
`

/** Columns that came after the layout did, empty where there is nothing to say: releases that do not know them may go on. */
const LATER = [
  ['counter', 'heirs'],
  ['reservation', 'told'],
] as const

/**
 * Make the ledger's tables in a file that has none, and check whose they are in a file that has. Several processes may
 * do so at the same time; tables of other rooms may be in the file already.
 *
 * @throws Error when the books are of another layout or count in another unit.
 */
export function provisionTables(db: DatabaseSync): void {
  transaction(db, () => {
    if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'").get()) {
      db.exec(TABLES)
      db.prepare('INSERT INTO meta VALUES (1, ?, ?, 0, 0)').run(LAYOUT, UNIT)
    }
    checkLayout(db)
    addLaterColumns(db)
  })
}

function checkLayout(db: DatabaseSync): void {
  const found = db.prepare('SELECT layout, unit FROM meta').get()
  if (!found) throw new Error('the ledger has lost its meta row: restore the file from a backup')
  if (found.layout !== LAYOUT) {
    const cure =
      (found.layout as number) < LAYOUT
        ? 'use the Tollgate that wrote it, or begin new books in another file'
        : 'use the Tollgate that wrote it, or a newer one'
    throw new Error(`the ledger has layout ${found.layout}, this Tollgate knows layout ${LAYOUT}: ${cure}`)
  }
  if (found.unit !== UNIT) throw new Error(`the ledger counts in ${found.unit}, this Tollgate in ${UNIT}`)
}

function addLaterColumns(db: DatabaseSync): void {
  const find = db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?')
  for (const [table, column] of LATER) {
    if (!find.get(table, column)) db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} TEXT`)
  }
}
