import { type Clock, systemClock } from '../../core/clock.ts'
import { machineTimers } from '../../core/timers.ts'
import { warn } from '../../core/warn.ts'
import { askRedis } from '../../ledger/redis/ask.ts'
import type { Asking } from '../../ledger/redis/asking.ts'
import { connectRedis, type RedisTarget } from '../../ledger/redis/connection.ts'
import { subscribeRedis } from '../../ledger/redis/subscribe.ts'
import type { Changed, Directory } from '../directory.ts'
import { directoryOn } from '../directory-on.ts'
import { keyShelf } from './key-shelf.ts'
import { directoryKeys } from './keys.ts'
import { recordShelf } from './record-shelf.ts'

export interface RedisDirectoryOptions {
  /** Before every key, as the ledger's. */
  readonly prefix?: string
  readonly clock?: Clock
  /** How long Redis may take to answer, ms. */
  readonly deadlineMs?: number
  /** Told when the connection fails; it is made anew by itself. */
  readonly onFault?: (error: Error) => void
}

/**
 * The directory of a fleet, in Redis 7 or Valkey: what one process changes, all of them see. A virtual key is found in one
 * round trip, by its handle. Whoever watches is told by pub/sub, on a connection of its own; when that had been lost, that
 * everything may have changed. Needs `ioredis`.
 *
 * Fails closed: when Redis is away, or does not answer within `deadlineMs`, commands are rejected.
 *
 * @throws RangeError when the prefix is none.
 *
 * @example
 * const directory = redisDirectory('rediss://redis.internal:6379')
 */
export function redisDirectory(
  target: RedisTarget,
  { prefix = 'tg', clock = systemClock, deadlineMs = 500, onFault = () => {} }: RedisDirectoryOptions = {},
): Directory {
  const keys = directoryKeys(prefix)
  const connection = connectRedis(target, onFault)
  const asking = askRedis(connection, { deadlineMs, timers: machineTimers }) as Asking
  let closed = false
  /** Nobody waits for a connection that is not made again. */
  const whileOpen = <T>(command: () => Promise<T>): Promise<T> =>
    closed ? Promise.reject(new Error('the directory is closed')) : command()
  const redis: Asking = {
    ask: (script, names, args) => whileOpen(() => asking.ask(script, names, args)),
    call: (command, ...args) => whileOpen(() => asking.call(command, ...args)),
  }
  return directoryOn(
    {
      ...keyShelf(redis, keys),
      ...recordShelf(redis, keys),
      watch: (tell) => listen(target, keys.channel, tell),
      close() {
        closed = true
        return connection.close()
      },
    },
    clock,
  )
}

/** Hear of changes. That they cannot be heard is warned of once, until they can be again. */
function listen(
  target: RedisTarget,
  channel: string,
  tell: (changed: Changed | undefined) => void,
): () => void {
  let failing = false
  return subscribeRedis(target, channel, {
    heard: (message) => tell(JSON.parse(message)),
    missed() {
      failing = false
      tell(undefined)
    },
    failed(cause) {
      if (!failing)
        warn('TOLLGATE_DIRECTORY', `Nobody tells of keys that are changed just now: ${cause.message}`)
      failing = true
    },
  })
}
