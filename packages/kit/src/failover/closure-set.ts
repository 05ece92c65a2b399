import type { Closure, ClosureReason } from './closure.ts'

/** Runs one command on the Redis that a fleet shares: `(…args) => redis.call(…args)` of ioredis, for instance. */
export type RedisCall = (command: string, ...args: (string | number)[]) => Promise<unknown>

/** The closures of a fleet: one sorted set, by the time at which each of them ends. */
export interface ClosureSet {
  add(closure: Closure): Promise<void>
  remove(closure: Pick<Closure, 'id' | 'why'>): Promise<void>
  /** What has not ended, by its id, and the time by which that was decided. */
  read(): Promise<{ readonly nowMs: number; readonly found: Map<string, Closure> }>
}

/** What an ACL user must be allowed besides what the ledger's is, to share closures: `redisAcl(prefix, { also })`. */
export const CLOSURE_COMMANDS: readonly string[] = ['time', 'zadd', 'zrange', 'zrem', 'zremrangebyscore']

export function closureSet(call: RedisCall, key: string): ClosureSet {
  return {
    async add(closure) {
      await call('ZADD', key, 'GT', closure.untilMs, memberOf(closure))
    },
    async remove(closure) {
      await call('ZREM', key, memberOf(closure))
    },
    async read() {
      // By the clock of Redis, which all of the fleet share: those of its machines may differ.
      const [seconds, micros] = (await call('TIME')) as [string, string]
      const nowMs = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
      await call('ZREMRANGEBYSCORE', key, '-inf', nowMs)
      const pairs = (await call('ZRANGE', key, 0, -1, 'WITHSCORES')) as unknown[]
      // Flat, or by pairs: as the protocol has it that the client speaks.
      return { nowMs, found: closuresIn(pairs.flat() as string[]) }
    },
  }
}

/**
 * Do everything once that sharing closures takes, and leave nothing: what a user may not do here is found before anybody
 * relies on it.
 *
 * @param key one that nobody reads.
 * @throws what the server says against it.
 */
export async function probeClosureSet(call: RedisCall, key: string): Promise<void> {
  const set = closureSet(call, key)
  const closure: Closure = { id: 'probe/probe', why: 'failing', untilMs: Number.MAX_SAFE_INTEGER }
  await set.add(closure)
  try {
    await set.read()
  } finally {
    await set.remove(closure)
  }
}

function memberOf({ id, why }: Pick<Closure, 'id' | 'why'>): string {
  return `${why} ${id}`
}

function closuresIn(pairs: readonly string[]): Map<string, Closure> {
  const found = new Map<string, Closure>()
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const member = pairs[index]!
    const space = member.indexOf(' ')
    const closure = { why: member.slice(0, space) as ClosureReason, id: member.slice(space + 1) }
    found.set(closure.id, { ...closure, untilMs: Number(pairs[index + 1]) })
  }
  return found
}
