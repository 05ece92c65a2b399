import type { SqliteStore } from '../config/index.ts'
import type { Args, World } from './command.ts'
import { storeConfigOf } from './with-store.ts'

/**
 * The file that keeps the keys which are made by command.
 *
 * @param cure what to do in the config instead.
 * @throws Error with a Redis store: it keeps no keys yet.
 */
export function keptKeys(args: Args, world: World, cure: string): SqliteStore {
  const { store, file } = storeConfigOf(args, world)
  if (store.kind === 'sqlite') return store
  throw new Error(
    `with a Redis store the keys are those that ${file} states: ${cure}, and restart the gateways`,
  )
}
