import { type Clock, systemClock } from '../../../core/clock.ts'
import { machineTimers } from '../../../core/timers.ts'
import { askRedis } from '../../../ledger/redis/ask.ts'
import { connectRedis, type RedisTarget } from '../../../ledger/redis/connection.ts'
import type { VectorStore } from '../vector-store.ts'
import { vectorKeys } from './keys.ts'
import { readRow, writeRow } from './row.ts'

export interface RedisVectorsOptions {
  /** Before every key, as the ledger's. */
  readonly prefix?: string
  /** How long Redis may take to answer, ms; then it is as if it had nothing. */
  readonly deadlineMs?: number
  /** How long a partition is kept that nothing is added to, ms: as long as its last entry can live. */
  readonly ttlMs?: number
  /** Told when the connection fails; it is made anew by itself. */
  readonly onFault?: (error: Error) => void
  readonly clock?: Clock
}

/** Rows that are asked for at once: a reply of half a megabyte at the most. */
const PAGE = 256
const DAY_MS = 86_400_000

/**
 * The vectors of a fleet, in Redis 7 or Valkey without any module: a hash a partition, which is read when a process first
 * needs it, in pages. Needs `ioredis`.
 */
export function redisVectors(
  target: RedisTarget,
  {
    prefix = 'tg',
    deadlineMs = 500,
    ttlMs = 30 * DAY_MS,
    onFault = () => {},
    clock = systemClock,
  }: RedisVectorsOptions = {},
): VectorStore {
  const connection = connectRedis(target, onFault)
  const { call } = askRedis(connection, { deadlineMs, timers: machineTimers })
  const keys = vectorKeys(prefix)
  return {
    async put(partition, { id, ...row }) {
      const key = keys.partition(partition)
      await call('HSET', key, id, writeRow(row))
      await call('PEXPIRE', key, ttlMs)
    },
    async remove(partition, id) {
      await call('HDEL', keys.partition(partition), id)
    },
    async read(partition, ids) {
      const texts = (await call('HMGET', keys.partition(partition), ...ids)) as (string | null)[]
      return texts.flatMap((text, at) => (text === null ? [] : (readRow(ids[at]!, text, clock.now()) ?? [])))
    },
    async *load(partition) {
      const key = keys.partition(partition)
      for (let cursor = '0'; ; ) {
        const reply = await call('HSCAN', key, cursor, 'COUNT', PAGE)
        const [next, pairs] = reply as [string, string[]]
        const texts = Array.from({ length: pairs.length / 2 }, (_, at) => [
          pairs[2 * at]!,
          pairs[2 * at + 1]!,
        ])
        const rows = texts.map(([id, text]) => ({ id: id!, row: readRow(id!, text!, clock.now()) }))
        yield rows.flatMap(({ row }) => row ?? [])
        const expired = rows.flatMap(({ id, row }) => (row ? [] : [id]))
        if (expired.length > 0) await call('HDEL', key, ...expired)
        if (next === '0') return
        cursor = next
      }
    },
    async drop(partition) {
      await call('UNLINK', keys.partition(partition))
    },
    close: () => connection.close(),
  }
}
