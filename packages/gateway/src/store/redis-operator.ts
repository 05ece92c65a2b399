import { acceptLoss, resetRedisClock } from '@tollgate/kit/ledger/redis'
import type { RedisStore, StoreConfig } from '../config/index.ts'
import { reachable } from './redis-reach.ts'

/**
 * Take the org's books as they are, however far the gateways had seen them come.
 *
 * @param sequence only if they are not as far as that.
 */
export function acceptRedisLoss(
  { org }: Pick<StoreConfig, 'org'>,
  store: RedisStore,
  sequence: number | undefined,
): ReturnType<typeof acceptLoss> {
  const { target, prefix } = store
  return reachable(store, () =>
    acceptLoss(target, { org, prefix, ...(sequence !== undefined && { sequence }) }),
  )
}

/** Let the org's books believe the server's clock again, after it had been ahead. */
export function resetClock({ org }: StoreConfig, store: RedisStore): Promise<void> {
  const { target, prefix } = store
  return reachable(store, () => resetRedisClock(target, { org, prefix }))
}
