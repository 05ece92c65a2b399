import type { Asking } from '../../ledger/redis/asking.ts'

/** Every command that a directory sends or its scripts call, in a turn that leaves nothing behind. */
const TURN = [
  ['SET', 'EXISTS', 'GET', 'MGET', 'DEL'],
  ['ZADD', 'ZLEXCOUNT', 'ZRANGEBYLEX', 'ZREM'],
  ['HSET', 'HGET', 'HDEL'],
  ['RPUSH', 'LLEN', 'LRANGE', 'DEL'],
  ['PUBLISH'],
] as const

const WORDS: Readonly<Record<string, readonly (string | number)[]>> = {
  SET: ['1'],
  ZADD: [0, 'a'],
  ZLEXCOUNT: ['-', '+'],
  ZRANGEBYLEX: ['-', '+'],
  ZREM: ['a'],
  HSET: ['a', 1],
  HGET: ['a'],
  HDEL: ['a'],
  RPUSH: ['a'],
  LRANGE: [0, 0],
  PUBLISH: ['probe'],
}

/**
 * Whether a user may do what a directory does. That it may listen shows when a gateway does.
 *
 * @param key one that is nobody's.
 * @throws Error with the first command that is refused.
 */
export async function probeRedisDirectory(call: Asking['call'], key: string): Promise<void> {
  for (const commands of TURN)
    for (const command of commands) await call(command, key, ...(WORDS[command] ?? []))
}
