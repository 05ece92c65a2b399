import { existsSync } from 'node:fs'
import { type CommandNeeds, loadStoreConfig, type StoreConfig } from '../config/index.ts'
import { shownPath } from '../say/config-lines.ts'
import { openCommandStore } from '../store/open-store.ts'
import type { CommandStore } from '../store/store.ts'
import { type Args, textOf, type World } from './command.ts'

/** The option by which a command finds the store, with how help explains it. */
export const CONFIG_OPTION = { config: { type: 'string' } } as const
export const CONFIG_USAGE =
  "--config FILE    the gateway's config; without one, the store is ./data/tollgate.db"

/**
 * Do something with a gateway's store, beside the gateway or without one. Of the config's variables only those must be
 * set that say where the books are and who is in them.
 *
 * @throws Error when there is none yet: a mistyped path must not begin a second set of books.
 */
export async function withStore<T>(
  args: Args,
  world: World,
  needs: CommandNeeds,
  work: (store: CommandStore, config: StoreConfig) => Promise<T>,
): Promise<T> {
  const config = storeConfigOf(args, world, needs)
  refuseMissing(config, world)
  const store = await openCommandStore(config, { clock: { now: world.nowMs } })
  try {
    return await work(store, config)
  } finally {
    await store.close()
  }
}

/** The config as a command beside the gateway needs it. */
export function storeConfigOf(args: Args, { env, cwd }: World, needs: CommandNeeds = {}): StoreConfig {
  return loadStoreConfig({ file: textOf(args, 'config'), env, cwd, ...needs })
}

/** @throws Error when the file of the books is not there. */
export function refuseMissing({ store }: StoreConfig, { cwd }: World): void {
  if (store.kind === 'redis' || existsSync(store.path)) return
  throw new Error(
    `there are no books at ${shownPath(store.path, cwd)} yet: start the gateway, or name its file with --config`,
  )
}
