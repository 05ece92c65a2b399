import type { Clock } from '@tollgate/kit/core'
import { acceptRedisLoss, resetRedisClock } from '@tollgate/kit/ledger/redis'
import type { RedisStore, StoreConfig } from '../config/index.ts'
import { reachable } from './redis-reach.ts'

/**
 * Take the org's books as they are, however far the gateways had seen them come.
 *
 * @param sequence only if they are not as far as that.
 */
export function acceptLoss(
  { org }: Pick<StoreConfig, 'org'>,
  store: RedisStore,
  sequence: number | undefined,
): ReturnType<typeof acceptRedisLoss> {
  const { target, prefix } = store
  return reachable(store, () =>
    acceptRedisLoss(target, { org, prefix, ...(sequence !== undefined && { sequence }) }),
  )
}

/**
 * Let the org's books believe the server's clock again, after it had been ahead.
 *
 * @throws Error while it does not agree with this machine's.
 */
export async function resetClock({ org }: StoreConfig, store: RedisStore, ownClock: Clock): Promise<void> {
  const { target, prefix, shown } = store
  const outcome = await reachable(store, () => resetRedisClock(target, { org, prefix, ownClock }))
  if (outcome === 'clocks_apart')
    throw new Error(
      `the clock of ${shown} and this machine's are more than a minute apart, so nothing was changed: set the one that is wrong right, and say --reset-clock again`,
    )
}
