import { machineTimers } from '../../core/timers.ts'
import { askRedis } from '../../ledger/redis/ask.ts'
import type { Asking } from '../../ledger/redis/asking.ts'
import { connectRedis, type RedisTarget } from '../../ledger/redis/connection.ts'
import { factsFrom, factsText } from '../facts.ts'
import type { Owned, Owners } from '../owners.ts'
import { ownerKeys } from './keys.ts'
import { claim as claimThing } from './scripts/claim.ts'

export interface RedisOwnersOptions {
  /** Before every key, as the ledger's. */
  readonly prefix?: string
  /** How long Redis may take to answer, ms; then nobody is known to own anything. */
  readonly deadlineMs?: number
  /** Told when the connection fails; it is made anew by itself. */
  readonly onFault?: (error: Error) => void
}

/**
 * The register of owners of a fleet, in Redis 7 or Valkey, Cluster included: what is made by way of one process is its
 * caller's in all of them. Things expire by the server's own clock. Needs `ioredis`.
 *
 * @throws RangeError when the prefix is none.
 *
 * @example
 * const owners = redisOwners('rediss://redis.internal:6379')
 */
export function redisOwners(
  target: RedisTarget,
  { prefix = 'tg', deadlineMs = 500, onFault = () => {} }: RedisOwnersOptions = {},
): Owners {
  const keyOf = ownerKeys(prefix)
  const connection = connectRedis(target, onFault)
  const redis = askRedis(connection, { deadlineMs, timers: machineTimers }) as Asking

  return {
    async claim({ owner, provider, ids, facts, ttlMs }) {
      const said = { owner, facts: factsText(facts), ttl: ttlMs }
      await Promise.all(ids.map((id) => redis.ask(claimThing, { thing: keyOf(provider, id) }, said)))
    },
    async find(provider, ids) {
      const kept = await Promise.all(ids.map((id) => redis.call('GET', keyOf(provider, id))))
      const found = ids.flatMap((id, at) => {
        const text = kept[at]
        return typeof text === 'string' ? [[id, ownedFrom(text)] as const] : []
      })
      return new Map(found)
    },
    async forget(provider, ids) {
      await Promise.all(ids.map((id) => redis.call('DEL', keyOf(provider, id))))
    },
    close: () => connection.close(),
  }
}

function ownedFrom(text: string): Owned {
  const cut = text.indexOf('\n')
  return { owner: text.slice(0, cut), facts: factsFrom(text.slice(cut + 1)) }
}
