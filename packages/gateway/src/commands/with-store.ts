import { existsSync } from 'node:fs'
import { type Config, loadConfig } from '../config/index.ts'
import { shownPath } from '../say/config-lines.ts'
import { openStore, type Store } from '../store/store.ts'
import { type Args, textOf, type World } from './command.ts'

/** The option by which a command finds the store, with how help explains it. */
export const CONFIG_OPTION = { config: { type: 'string' } } as const
export const CONFIG_USAGE =
  "--config FILE    the gateway's config; without one, the store is ./data/tollgate.db"

/**
 * Do something with a gateway's store, beside the gateway or without one.
 *
 * @throws Error when there is none yet: a mistyped path must not begin a second set of books.
 */
export async function withStore<T>(
  args: Args,
  world: World,
  work: (store: Store, config: Config) => Promise<T>,
): Promise<T> {
  const { env, cwd, nowMs } = world
  const config = loadConfig({ file: textOf(args, 'config'), env, cwd })
  const { path } = config.store
  if (!existsSync(path)) {
    throw new Error(
      `there are no books at ${shownPath(path, cwd)} yet: start the gateway, or name its file by --config`,
    )
  }
  const store = openStore(config, { clock: { now: nowMs } })
  try {
    return await work(store, config)
  } finally {
    await store.close()
  }
}
