import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { type Clock, systemClock } from '../../../core/clock.ts'
import { ensureTables, openSqliteFile } from '../../../core/sqlite-file.ts'
import { machineTimers, type Timers } from '../../../core/timers.ts'
import { vectorOf } from '../quantise.ts'
import { NO_FEATURES, type VectorRow } from '../vector-index.ts'
import type { VectorStore } from '../vector-store.ts'
import { SCHEMA } from './schema.ts'
import { writeBatch } from './write-batch.ts'

export interface SqliteVectorsOptions {
  readonly clock?: Clock
  readonly timers?: Timers
}

export interface SqliteVectors extends VectorStore {
  /** Delete rows that have expired, a thousand at most. @returns how many it were. */
  prune(): Promise<number>
}

/** Rows that are read in one turn of the event loop. */
const PAGE = 256
/** Rows that are deleted in one transaction. */
const PRUNED = 1_000

const PUT = `INSERT INTO cache_vector (part, id, vec, features, expires_ms) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (part, id) DO UPDATE SET vec = excluded.vec, features = excluded.features, expires_ms = excluded.expires_ms`
const FIELDS = 'SELECT sequence, id, vec, features, expires_ms FROM cache_vector'
const ALIVE = '(expires_ms IS NULL OR expires_ms > ?)'

/**
 * Vectors in a table of an SQLite file, the ledger's own if you like: a restart keeps them. Several processes may have the
 * same file open.
 *
 * @param path a file, made (mode 0600) when absent, or `:memory:`.
 * @throws Error when the file cannot be opened, is no database, or was written by a newer Tollgate.
 */
export function sqliteVectors(
  path: string,
  { clock = systemClock, timers = machineTimers }: SqliteVectorsOptions = {},
): SqliteVectors {
  const db = openSqliteFile(path, { busyTimeoutMs: 0, prepare })
  const { add, flush } = writeBatch({ db, timers })
  const statements = {
    put: db.prepare(PUT),
    remove: db.prepare('DELETE FROM cache_vector WHERE part = ? AND id = ?'),
    read: db.prepare(`${FIELDS} WHERE part = ? AND id = ? AND ${ALIVE}`),
    page: db.prepare(
      `${FIELDS} WHERE part = ? AND sequence < ? AND ${ALIVE} ORDER BY sequence DESC LIMIT ${PAGE}`,
    ),
    drop: db.prepare('DELETE FROM cache_vector WHERE part = ?'),
    prune: db.prepare(
      `DELETE FROM cache_vector WHERE sequence IN
        (SELECT sequence FROM cache_vector WHERE expires_ms <= ? LIMIT ${PRUNED})`,
    ),
  }
  return {
    put(partition, { id, vector, features = NO_FEATURES, expiresAtMs = null }) {
      const { buffer, byteOffset, byteLength } = vector.int8
      const bytes = new Uint8Array(buffer, byteOffset, byteLength)
      return add(() => void statements.put.run(partition, id, bytes, features, expiresAtMs))
    },
    remove: (partition, id) => add(() => void statements.remove.run(partition, id)),
    drop: (partition) => add(() => void statements.drop.run(partition)),
    async read(partition, ids) {
      flush()
      const nowMs = clock.now()
      const found = ids.map((id) => statements.read.get(partition, id, nowMs))
      return found.flatMap((row) => (row ? [rowOf(row)] : []))
    },
    async *load(partition) {
      flush()
      for (let before = Number.MAX_SAFE_INTEGER; ; ) {
        const page = statements.page.all(partition, before, clock.now())
        if (page.length === 0) return
        yield page.map(rowOf)
        before = Number(page.at(-1)!.sequence)
        // Others have their turn before the next page.
        await setImmediate()
      }
    },
    async prune() {
      let pruned = 0
      await add(() => {
        pruned = Number(statements.prune.run(clock.now()).changes)
      })
      return pruned
    },
    async close() {
      if (!db.isOpen) return
      flush()
      db.close()
    },
  }
}

function prepare(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  ensureTables(db, SCHEMA)
}

function rowOf({ id, vec, features, expires_ms }: Record<string, SQLOutputValue>): VectorRow {
  const bytes = vec as Uint8Array
  return {
    id: id as string,
    vector: vectorOf(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    features: features as Uint8Array,
    ...(expires_ms === null ? {} : { expiresAtMs: Number(expires_ms) }),
  }
}
