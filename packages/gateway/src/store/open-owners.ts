import { type Clock, systemClock } from '@tollgate/kit/core'
import type { Owners } from '@tollgate/kit/owners'
import { sqliteOwners } from '@tollgate/kit/owners/sqlite'
import type { Config } from '../config/index.ts'

/**
 * Where it is written down who made what providers store: in the file of the books, or in the Redis of a fleet.
 *
 * @throws Error when the file cannot be used.
 */
export async function openOwners(
  { store }: Pick<Config, 'store'>,
  clock: Clock = systemClock,
): Promise<Owners> {
  if (store.kind === 'sqlite') return sqliteOwners(store.path, { clock })
  const { redisOwners } = await import('@tollgate/kit/owners/redis')
  return redisOwners(store.target, { prefix: store.prefix })
}
