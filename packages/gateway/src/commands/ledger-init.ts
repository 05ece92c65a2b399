import type { RedisStore, StoreConfig } from '../config/index.ts'
import { line, shownPath } from '../say/config-lines.ts'
import type { Command, World } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE, storeConfigOf } from './with-store.ts'

/** `tollgate ledger init`: open the books of an org on a Redis, once. Nothing else ever does. */
export const ledgerInit: Command = {
  name: 'ledger init',
  summary: 'Open the books of the org on a Redis, once; a gateway starts only where they are.',
  usage: [CONFIG_USAGE],
  options: { ...CONFIG_OPTION },
  async run(args, world) {
    const config = storeConfigOf(args, world)
    const { store } = config
    if (store.kind === 'redis') await init(config, store, world)
    else
      world.out(line('books', `in ${shownPath(store.path, world.cwd)}: the first start makes them by itself`))
    return 0
  },
}

async function init(config: StoreConfig, store: RedisStore, { out }: World): Promise<void> {
  const { openRedisBooks } = await import('../store/redis-init.ts')
  const { status, warnings } = await openRedisBooks(config, store)
  for (const text of warnings) out(line('warning', text))
  const made = status === 'made' ? 'opened' : 'there already, and left as they are'
  out(line('books', `of ${config.org} at ${store.shown}: ${made}`))
}
