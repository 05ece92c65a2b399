import { machineTimers } from '../../../core/timers.ts'
import { askRedis } from '../../../ledger/redis/ask.ts'
import { connectRedis, type RedisTarget } from '../../../ledger/redis/connection.ts'
import type { FleetLog } from '../fleet-log.ts'
import { FIELD, writeEvent } from './event.ts'
import { followStream } from './follow-stream.ts'
import { vectorKeys } from './keys.ts'

export interface RedisFleetLogOptions {
  /** Before every key, as the ledger's. */
  readonly prefix?: string
  /** How long Redis may take to answer, ms. */
  readonly deadlineMs?: number
  /** Events that are kept, more or less: a process that is farther behind has missed some, and begins anew. */
  readonly maxLength?: number
  /** Told when a connection fails (it is made anew by itself), and when a follower does. */
  readonly onFault?: (error: unknown) => void
}

/**
 * The log of a fleet as a stream in Redis 7 or Valkey. Followers have a connection of their own, since they wait on it. Needs
 * `ioredis`.
 */
export function redisFleetLog(
  target: RedisTarget,
  { prefix = 'tg', deadlineMs = 500, maxLength = 100_000, onFault = () => {} }: RedisFleetLogOptions = {},
): FleetLog {
  const connection = connectRedis(target, onFault)
  const { call } = askRedis(connection, { deadlineMs, timers: machineTimers })
  const key = vectorKeys(prefix).log
  const followers = new Set<() => Promise<void>>()
  return {
    async tell(event) {
      // `1-*` numbers events without a gap, so that whoever follows knows when some are missing.
      await call('XADD', key, 'MAXLEN', '~', maxLength, '1-*', FIELD, writeEvent(event))
    },
    follow(follower) {
      const end = followStream(connectRedis(target, onFault), { key, deadlineMs, follower, onFault })
      const leave = async () => {
        followers.delete(leave)
        await end()
      }
      followers.add(leave)
      return leave
    },
    async close() {
      await Promise.all([...followers].map((leave) => leave()))
      await connection.close()
    },
  }
}
