import { redisLedger } from '@tollgate/kit/ledger/redis'
import type { RedisStore } from '../config/index.ts'

/**
 * Do something with a Redis. Whoever waits in vain for a connection is told only that there was no answer; a connection
 * beside it knows why.
 *
 * @throws Error with the reason, when there is one.
 */
export async function reachable<T>(
  { target, prefix, shown }: RedisStore,
  work: () => Promise<T>,
): Promise<T> {
  let latest: Error | undefined
  const onFault = (error: Error) => {
    latest = error
  }
  const beside = redisLedger(target, { prefix, onFault })
  try {
    return await work()
  } catch (error) {
    if (!latest) throw error
    throw new Error(`${shown} cannot be used: ${latest.message}`, { cause: error })
  } finally {
    await beside.close()
  }
}
