import type { Config, StoreConfig } from '../config/index.ts'
import { openSqliteCommandStore, openSqliteStore } from './sqlite-store.ts'
import type { CommandStore, Store, StoreOptions } from './store.ts'

/**
 * Open the store of a config. Several processes may have it open: a command beside a running gateway, and with Redis the
 * gateways of a whole fleet.
 *
 * @throws Error in one sentence when it, or a secret beside it, cannot be used, or must not be as it is.
 */
export async function openStore(config: Config, options: StoreOptions): Promise<Store> {
  const { store } = config
  if (store.kind === 'sqlite') return openSqliteStore(config, store, options)
  const { openRedisStore } = await redis()
  return openRedisStore(config, store, options)
}

/** Open the store of a config for a command. @throws Error when it cannot be used. */
export async function openCommandStore(config: StoreConfig, options: StoreOptions): Promise<CommandStore> {
  const { store } = config
  if (store.kind === 'sqlite') return openSqliteCommandStore(config, store, options)
  const { openRedisCommandStore } = await redis()
  return openRedisCommandStore(config, store)
}

/** Its client is loaded only where it is used. */
const redis = () => import('./redis-store.ts')
