import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { type Clock, systemClock } from '../../core/clock.ts'
import { ensureTables, openSqliteFile } from '../../core/sqlite-file.ts'
import { transaction } from '../../core/transaction.ts'
import { readBatch, writeBatch } from '../semantic/lessons/batch-text.ts'
import { BEGINNING, type LessonStore, type SavedRow } from '../semantic/lessons/lesson-store.ts'
import { LESSON_SCHEMA } from './lesson-schema.ts'

export interface SqliteLessonsOptions {
  readonly clock?: Clock
  /** Batches that are kept, of all books: a process that is farther behind has missed some. */
  readonly maxBatches?: number
  /** How long a change may wait for another process that is writing to the file, ms; it blocks the event loop. */
  readonly busyTimeoutMs?: number
}

/** Rows that are read in one turn of the event loop, and deleted in one beyond those that come. */
const PAGE = 256
const BATCHES_AT_ONCE = 64

/**
 * What a semantic cache has learnt, in tables of an SQLite file, that of its vectors if you like: a restart keeps it, and processes
 * that have the file open learn from each other. What was learnt in the last moment may be lost with the machine's power.
 *
 * @param path a file, made (mode 0600) when absent, or `:memory:`.
 * @throws Error when the file cannot be opened, is no database, or was written by a newer Tollgate.
 */
export function sqliteLessons(
  path: string,
  { clock = systemClock, maxBatches = 10_000, busyTimeoutMs = 50 }: SqliteLessonsOptions = {},
): LessonStore {
  const db = openSqliteFile(path, { busyTimeoutMs, prepare })
  const statements = {
    tell: db.prepare('INSERT INTO cache_lesson (book, batch) VALUES (?, ?) RETURNING sequence'),
    trim: db.prepare('DELETE FROM cache_lesson WHERE sequence <= ?'),
    hear: db.prepare(
      `SELECT sequence, batch FROM cache_lesson WHERE book = ? AND sequence > ? ORDER BY sequence LIMIT ${BATCHES_AT_ONCE}`,
    ),
    isThere: db.prepare('SELECT 1 FROM cache_lesson WHERE book = ? AND sequence = ?'),
    place: db.prepare('SELECT place FROM cache_book WHERE book = ?'),
    move: db.prepare('INSERT OR REPLACE INTO cache_book (book, place) VALUES (?, ?)'),
    page: db.prepare(`SELECT key, text, expires_at_ms FROM cache_learnt
      WHERE book = ? AND key > ? AND expires_at_ms > ? ORDER BY key LIMIT ${PAGE}`),
    put: db.prepare(
      'INSERT OR REPLACE INTO cache_learnt (book, key, text, expires_at_ms) VALUES (?, ?, ?, ?)',
    ),
    prune: db.prepare(`DELETE FROM cache_learnt WHERE rowid IN
      (SELECT rowid FROM cache_learnt WHERE expires_at_ms <= ? LIMIT ?)`),
  }
  const placeOf = (book: string) => Number(statements.place.get(book)?.place ?? 0)

  async function* pages(book: string): AsyncIterable<readonly SavedRow[]> {
    for (let after = ''; ; ) {
      const found = statements.page.all(book, after, clock.now())
      if (found.length === 0) return
      const rows = found.map((row) => ({
        key: row.key as string,
        text: row.text as string,
        expiresAtMs: row.expires_at_ms as number,
      }))
      yield rows
      after = rows.at(-1)!.key
      // Others have their turn before the next page.
      await setImmediate()
    }
  }

  return {
    async tell(book, batch) {
      transaction(db, () => {
        const { sequence } = statements.tell.get(book, writeBatch(batch))!
        statements.trim.run(Number(sequence) - maxBatches)
      })
    },
    async hear(book, after) {
      const isGap = after !== BEGINNING && !statements.isThere.get(book, Number(after))
      const found = statements.hear.all(book, isGap ? 0 : Number(after))
      const batches = found.flatMap(({ batch }) => readBatch(batch as string) ?? [])
      const last = found.at(-1)?.sequence
      return { batches, place: last === undefined ? (isGap ? BEGINNING : after) : String(last), isGap }
    },
    async load(book) {
      const place = placeOf(book)
      return { place: place === 0 ? BEGINNING : String(place), rows: pages(book) }
    },
    save: async (book, { place, rows }) =>
      transaction(db, () => {
        if (Number(place) < placeOf(book)) return false
        // More than come, so that what is kept does not grow by what nobody needs.
        statements.prune.run(clock.now(), PAGE + rows.length)
        statements.move.run(book, Number(place))
        for (const { key, text, expiresAtMs } of rows) statements.put.run(book, key, text, expiresAtMs)
        return true
      }),
    async close() {
      if (db.isOpen) db.close()
    },
  }
}

function prepare(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  ensureTables(db, LESSON_SCHEMA)
}
