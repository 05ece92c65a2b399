import type { CacheStore } from '@tollgate/kit/cache'
import { sqliteCache } from '@tollgate/kit/cache/sqlite'
import { type Clock, systemClock } from '@tollgate/kit/core'
import { type Config, isCaching } from '../config/index.ts'

/**
 * Where answers are kept: beside the books of one machine in a file of its own, which may be thrown away, or in the Redis of
 * a fleet. Undefined where nothing is answered from it.
 *
 * @throws Error when the file cannot be used.
 */
export async function openAnswerCache(
  { store, cache }: Pick<Config, 'store' | 'cache'>,
  clock: Clock,
): Promise<CacheStore | undefined> {
  if (!isCaching(cache)) return undefined
  if (store.kind === 'sqlite') return sqliteCache(answerFile(store.path), { ...cache.quota, clock })
  const { redisCache } = await import('@tollgate/kit/cache/redis')
  const fleet = redisCache(store.target, {
    ...cache.quota,
    prefix: store.prefix,
    // A fleet goes by the server's clock; only a test brings another.
    ...(clock !== systemClock && { clock }),
  })
  // The first request should not be the one that waits for the connection. Without one, it is a miss.
  await Promise.resolve(fleet.status()).catch(() => {})
  return fleet
}

/** The file of answers beside the file of books. */
export function answerFile(path: string): string {
  return `${path}.cache`
}
