import { type Clock, systemClock } from '../../core/clock.ts'
import { ensureTables, openSqliteFile } from '../../core/sqlite-file.ts'
import { transaction } from '../../core/transaction.ts'
import { digestOf } from '../digest.ts'
import { factsFrom, factsText } from '../facts.ts'
import type { Owned, Owners } from '../owners.ts'
import { SCHEMA } from './schema.ts'

export interface SqliteOwnersOptions {
  readonly clock?: Clock
  /** How long a claim may wait for another process that is writing to the file, ms; it blocks the event loop. */
  readonly busyTimeoutMs?: number
}

/** How many that have expired are taken out with each claim: more than it brings, so that the table does not grow for ever. */
const SWEPT = 32

const CLAIM = `INSERT INTO owner_thing (digest, owner, facts, expires_at_ms) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    facts = CASE excluded.facts WHEN '' THEN facts ELSE excluded.facts END,
    expires_at_ms = max(expires_at_ms, excluded.expires_at_ms)
  WHERE owner = excluded.owner`

const SWEEP = `DELETE FROM owner_thing WHERE digest IN (
  SELECT digest FROM owner_thing WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ${SWEPT})`

/**
 * The register of owners in an SQLite file, the ledger's own if you like. Processes may share it: each asks the file every
 * time. What was claimed in the last moments before the machine lost its power may be nobody's afterwards.
 *
 * @param path a file, made (mode 0600) when absent, or `:memory:`.
 * @throws Error when the file cannot be opened, is no database, or was written by a newer Tollgate.
 */
export function sqliteOwners(
  path: string,
  { clock = systemClock, busyTimeoutMs = 250 }: SqliteOwnersOptions = {},
): Owners {
  const db = openSqliteFile(path, {
    busyTimeoutMs,
    prepare(made) {
      made.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      ensureTables(made, SCHEMA)
    },
  })
  const claim = db.prepare(CLAIM)
  const drop = db.prepare('DELETE FROM owner_thing WHERE digest = ?')
  const dropExpired = db.prepare('DELETE FROM owner_thing WHERE digest = ? AND expires_at_ms <= ?')
  const sweep = db.prepare(SWEEP)
  const find = db.prepare('SELECT owner, facts FROM owner_thing WHERE digest = ? AND expires_at_ms > ?')

  return {
    claim({ owner, provider, ids, facts, ttlMs }) {
      if (ids.length === 0) return
      const nowMs = clock.now()
      transaction(db, () => {
        sweep.run(nowMs)
        for (const digest of ids.map((id) => digestOf(provider, id))) {
          dropExpired.run(digest, nowMs)
          claim.run(digest, owner, factsText(facts), nowMs + ttlMs)
        }
      })
    },
    find(provider, ids) {
      const nowMs = clock.now()
      const found = new Map<string, Owned>()
      for (const id of ids) {
        const row = find.get(digestOf(provider, id), nowMs)
        if (row) found.set(id, { owner: row.owner as string, facts: factsFrom(row.facts as string) })
      }
      return found
    },
    forget(provider, ids) {
      for (const id of ids) drop.run(digestOf(provider, id))
    },
    close() {
      if (db.isOpen) db.close()
    },
  }
}
