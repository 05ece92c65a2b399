import { acceptLoss, resetRedisClock } from '@tollgate/kit/ledger/redis'
import type { RedisStore, StoreConfig } from '../config/index.ts'
import { reachable } from './redis-reach.ts'

/** Take the org's books as they are, though the gateways had seen them come as far as `sequence`. */
export function acceptRedisLoss({ org }: StoreConfig, store: RedisStore, sequence: number): Promise<void> {
  const { target, prefix } = store
  return reachable(store, () => acceptLoss(target, { org, prefix, sequence }))
}

/** Let the org's books believe the server's clock again, after it had been ahead. */
export function resetClock({ org }: StoreConfig, store: RedisStore): Promise<void> {
  const { target, prefix } = store
  return reachable(store, () => resetRedisClock(target, { org, prefix }))
}
