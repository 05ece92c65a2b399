import { isNoConnection } from '@tollgate/kit/ledger/redis'
import type { RedisStore } from '../config/index.ts'

/**
 * Do something with a Redis, and say which one it is that cannot be reached.
 *
 * @throws Error with its address, and the reason.
 */
export async function reachable<T>({ shown }: RedisStore, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isNoConnection(error)) throw error
    throw new Error(`${shown}: ${error.message}`, { cause: error })
  }
}
