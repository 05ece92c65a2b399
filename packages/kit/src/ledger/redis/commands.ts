import { type AsideOptions, aside } from './aside.ts'
import type { RedisTarget } from './connection.ts'

/** A connection beside the ledger's, for plain commands. */
export interface RedisCommands {
  /** In a Cluster it goes where its first key is. @throws Error when it is refused, or not answered in time. */
  call(command: string, ...args: (string | number)[]): Promise<unknown>
  close(): Promise<void>
}

/**
 * Reach the Redis of a ledger for what is no ledger's: bounded in time as its own commands are, on a connection of its own,
 * so that nothing waits behind it. Needs `ioredis`.
 *
 * @example
 * const redis = redisCommands('rediss://redis.internal:6379')
 * const shared = sharedClosures({ health, call: redis.call })
 */
export function redisCommands(
  target: RedisTarget,
  { deadlineMs = 500 }: Pick<AsideOptions, 'deadlineMs'> = {},
): RedisCommands {
  const { call, close } = aside(target, { deadlineMs })
  return { call, close }
}
