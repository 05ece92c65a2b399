import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Clock, systemClock } from '../../core/clock.ts'
import { uuidv7 } from '../../core/ids.ts'
import { ensureTables, openSqliteFile } from '../../core/sqlite-file.ts'
import { machineTimers, type Timers } from '../../core/timers.ts'
import type { CacheStore } from '../cache-store.ts'
import { encodeEntry } from '../codec.ts'
import { countedHits } from '../counted-hits.ts'
import { decodedEntries } from '../decoded.ts'
import { type EpochName, epochOf, epochsOf, stampOf } from '../epochs.ts'
import { type CacheQuota, quotaOf } from '../quota.ts'
import { SCHEMA } from './schema.ts'
import { shelvesIn } from './shelves.ts'

export interface SqliteCacheOptions extends CacheQuota {
  readonly clock?: Clock
  readonly timers?: Timers
  /** How long a change may wait for another process that is writing to the file, ms; it blocks the event loop. */
  readonly busyTimeoutMs?: number
}

/** 512 MiB. */
const MAX_BYTES = 512 * 1024 * 1024

const FIND = `SELECT version, stamp, expires_at_ms, CASE WHEN version = ? THEN NULL ELSE body END AS body
  FROM cache_entry WHERE id = ?`

/**
 * A cache in an SQLite file, which survives restarts. Processes may share it: each asks the file every time, and reads only
 * what it has not read already. Answers stand in it as plain text, so that it is to be kept as their prompts' logs are.
 *
 * @param path a file of its own, made (mode 0600) when absent, or `:memory:`.
 * @throws Error when the file cannot be opened, is no database, or was written by a newer Tollgate.
 */
export function sqliteCache(
  path: string,
  { clock = systemClock, timers = machineTimers, busyTimeoutMs = 50, ...sizes }: SqliteCacheOptions = {},
): CacheStore {
  const quota = quotaOf(sizes, MAX_BYTES)
  const db = openCacheFile(path, busyTimeoutMs)
  const shelves = shelvesIn(db, quota)
  const epochs = epochReader(db)
  const find = db.prepare(FIND)
  const move = db.prepare(
    'INSERT INTO cache_epoch (name, epoch) VALUES (?, ?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch',
  )
  const count = db.prepare('SELECT count(*) AS entries, coalesce(sum(bytes), 0) AS bytes FROM cache_entry')
  const decoded = decodedEntries()
  const hits = countedHits(timers, (counted) => {
    try {
      shelves.asked(counted)
    } catch {
      // Another process is writing.
    }
  })
  /** What was forgotten stays so, though the machine should lose its power now. */
  const durably = <T>(work: () => T): T => {
    db.exec('PRAGMA synchronous = FULL')
    try {
      return work()
    } finally {
      db.exec('PRAGMA synchronous = NORMAL')
    }
  }

  return {
    get(place) {
      const { id } = place
      const stamp = stampOf(epochs(epochsOf(place)))
      const row = find.get(decoded.versionOf(id), id)
      if (!row || row.stamp !== stamp || (row.expires_at_ms as number) <= clock.now())
        return { entry: undefined, stamp }
      const entry = decoded.entry(id, row.version as string, (row.body as string | null) ?? undefined)
      hits.count(id)
      return { entry, stamp }
    },
    put(entry, stamp, body = encodeEntry(entry)) {
      const { id, version, expiresAtMs, costNanoUsd } = entry
      shelves.put({ id, version, stamp, expiresAtMs, costNanoUsd, body }, clock.now())
    },
    delete: (id) => durably(() => shelves.remove(id)),
    invalidate: (what) => durably(() => void move.run(epochOf(what), uuidv7())),
    status() {
      const { entries, bytes } = count.get()!
      return { entries: entries as number, bytes: bytes as number, evicted: shelves.evicted }
    },
    close() {
      hits.close()
      db.close()
    },
  }
}

function openCacheFile(path: string, busyTimeoutMs: number): DatabaseSync {
  return openSqliteFile(path, {
    busyTimeoutMs,
    prepare(db) {
      // What is kept may be lost with the machine's power: it is asked for again then.
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      ensureTables(db, SCHEMA)
    },
  })
}

/** The epochs of these names, in their order. */
function epochReader(db: DatabaseSync): (names: readonly EpochName[]) => (string | undefined)[] {
  /** By how many there are: each place has as many as its accounts and tags. */
  const statements: StatementSync[] = []
  const statementFor = (length: number): StatementSync => {
    const known = statements[length]
    if (known) return known
    const marks = Array.from({ length }, () => '?').join(', ')
    const made = db.prepare(`SELECT name, epoch FROM cache_epoch WHERE name IN (${marks})`)
    statements[length] = made
    return made
  }
  return (names) => {
    const moved = statementFor(names.length).all(...names)
    return names.map((name) => moved.find((row) => row.name === name)?.epoch as string | undefined)
  }
}
