import type { Asking } from '../../ledger/redis/asking.ts'
import type { CacheKeys } from './keys.ts'
import { evict } from './scripts/evict.ts'

/** Holds all shelves together to a bound, from outside: they are in other slots of a Cluster. */
export interface FleetQuota {
  /** A shelf holds so many bytes now. Resolves with how many entries had to go, from whoever has most. */
  holds(share: string, bytes: number): Promise<number>
  /** What all of them hold, at most, bytes. */
  total(): Promise<number>
}

export interface FleetQuotaOptions extends Asking {
  readonly keys: CacheKeys
  readonly maxBytes: number
  readonly now: () => number | ''
}

/** How many of the fullest shelves are looked at: each of the others holds no more than the last of these. */
const FULLEST = 1_000

export function fleetQuota({ ask, call, keys, maxBytes, now }: FleetQuotaOptions): FleetQuota {
  const note = (share: string, bytes: number) =>
    bytes > 0 ? call('ZADD', keys.shares, bytes, share) : call('ZREM', keys.shares, share)

  async function look(): Promise<{ readonly atMost: number; readonly fullest: string | undefined }> {
    const [listed, shelves] = await Promise.all([
      call('ZREVRANGE', keys.shares, 0, FULLEST - 1, 'WITHSCORES'),
      call('ZCARD', keys.shares),
    ])
    // In pairs, or one after the other: that depends on the protocol that the server speaks.
    const told = (listed as unknown[]).flat()
    const bytes = told.filter((_, at) => at % 2 === 1).map(Number)
    const others = Number(shelves) - bytes.length
    const atMost = bytes.reduce((sum, one) => sum + one, others * (bytes.at(-1) ?? 0))
    return { atMost, fullest: told[0] as string | undefined }
  }

  return {
    total: async () => (await look()).atMost,
    async holds(share, bytes) {
      await note(share, bytes)
      const { atMost, fullest } = await look()
      if (atMost <= maxBytes || fullest === undefined) return 0
      const wanted = { now: now(), bytes: atMost - maxBytes }
      const [, left, evicted] = await ask(evict, keys.shelfOf(fullest), wanted)
      await note(fullest, Number(left))
      return Number(evicted)
    },
  }
}
