import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { machineTimers } from '../../core/timers.ts'
import { askRedis } from '../../ledger/redis/ask.ts'
import type { Asking } from '../../ledger/redis/asking.ts'
import { connectRedis, type RedisTarget } from '../../ledger/redis/connection.ts'
import { readBatch, writeBatch } from '../semantic/lessons/batch-text.ts'
import { BEGINNING, type LessonStore, type SavedRow } from '../semantic/lessons/lesson-store.ts'
import { type LessonKeys, lessonKeys } from './keys.ts'
import { remember } from './scripts/remember.ts'

export interface RedisLessonsOptions {
  /** Before every key, as the ledger's. */
  readonly prefix?: string
  /** How long Redis may take to answer, ms. */
  readonly deadlineMs?: number
  /** Batches of a log that are kept, more or less: a process that is farther behind has missed some. */
  readonly maxBatches?: number
  /** Told when the connection fails; it is made anew by itself. */
  readonly onFault?: (error: Error) => void
  /** The server's, without one. */
  readonly clock?: Clock
}

/** How long a book is kept that nobody writes into, ms. */
const KEPT_MS = 30 * 86_400_000
const BATCHES_AT_ONCE = 64
/** Rows that are asked for at once: some 400 kilobytes at the most. */
const PAGE = 256
const FIELD = 'b'

/**
 * What a fleet's semantic cache has learnt, in Redis 7 or Valkey without modules: a stream that all processes tell and hear, and a
 * hash of what it has come to. All of a book is in one slot of a Cluster. Needs `ioredis`.
 *
 * @throws RangeError when the prefix is none.
 */
export function redisLessons(
  target: RedisTarget,
  {
    prefix = 'tg',
    deadlineMs = 2_000,
    maxBatches = 2_000,
    onFault = () => {},
    clock,
  }: RedisLessonsOptions = {},
): LessonStore {
  const keysOf = lessonKeys(prefix)
  const connection = connectRedis(target, onFault)
  const { ask, call } = askRedis(connection, { deadlineMs, timers: machineTimers }) as Asking
  const keys = (book: string) => keysOf(createHash('sha256').update(book).digest('base64url'))

  async function* pages({ rows, expiries }: LessonKeys): AsyncIterable<readonly SavedRow[]> {
    for (let cursor = '0'; ; ) {
      const [next, pairs] = (await call('HSCAN', rows, cursor, 'COUNT', PAGE)) as [string, string[]]
      const names = pairs.filter((_, at) => at % 2 === 0)
      if (names.length > 0) {
        const ends = (await call('ZMSCORE', expiries, ...names)) as (string | null)[]
        const found = names.map((key, at) => ({
          key,
          text: pairs[2 * at + 1]!,
          expiresAtMs: Number(ends[at] ?? 0),
        }))
        const nowMs = clock?.now() ?? Date.now()
        yield found.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
      }
      if (next === '0') return
      cursor = next
    }
  }

  return {
    async tell(book, batch) {
      const { log } = keys(book)
      await call('XADD', log, 'MAXLEN', '~', maxBatches, '*', FIELD, writeBatch(batch))
      await call('PEXPIRE', log, KEPT_MS)
    },
    async hear(book, after) {
      const { log } = keys(book)
      const from = after === BEGINNING ? '-' : after
      // From the last one on that was heard: where that is not there any more, neither may others be that came after it.
      const first = (await call('XRANGE', log, from, '+', 'COUNT', BATCHES_AT_ONCE)) as LogEntry[]
      const isGap = after !== BEGINNING && first[0]?.[0] !== after
      const all = isGap
        ? ((await call('XRANGE', log, '-', '+', 'COUNT', BATCHES_AT_ONCE)) as LogEntry[])
        : first
      const fresh = all.filter(([id]) => id !== after)
      const batches = fresh.flatMap(([, [, text]]) => readBatch(text) ?? [])
      return { batches, place: fresh.at(-1)?.[0] ?? (isGap ? BEGINNING : after), isGap }
    },
    async load(book) {
      const own = keys(book)
      const place = (await call('GET', own.place)) as string | null
      return { place: place ?? BEGINNING, rows: pages(own) }
    },
    async save(book, { place, rows }) {
      const { log: _, ...own } = keys(book)
      const [status] = await ask(remember, own, {
        now: clock?.now() ?? '',
        place,
        ttl: KEPT_MS,
        rows: rows.map(({ key, text, expiresAtMs }) => ({ key, text, expiry: expiresAtMs })),
      })
      return status === 'saved'
    },
    close: () => connection.close(),
  }
}

/** An entry as Redis gives it: its id, and its only field with its value. */
type LogEntry = readonly [id: string, fields: readonly [field: string, text: string]]
