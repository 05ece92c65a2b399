import { type HealthBoard, sharedClosures } from '@tollgate/kit/stages/provider-failover'
import type { Config, StoreConfig } from '../config/index.ts'

/** Where gateways tell each other: an org's own, since another's may call another by the same name. */
export const closuresKey = ({ org }: Pick<StoreConfig, 'org'>, prefix: string): string =>
  `${prefix}:closures:${org}`

/**
 * Let the gateways of a fleet share what each finds of deployments and keys, on a connection of its own: what is known
 * already is known here from the start. Nothing is shared where the books are a file, which is one gateway's.
 *
 * @returns how to stop.
 */
export async function shareHealth(config: Config, health: HealthBoard): Promise<() => Promise<void>> {
  const { store } = config
  if (store.kind === 'sqlite') return async () => {}
  const { redisCommands } = await import('@tollgate/kit/ledger/redis')
  const { call, close } = redisCommands(store.target)
  const shared = sharedClosures({ health, call, key: closuresKey(config, store.prefix) })
  await shared.refresh()
  return async () => {
    shared.close()
    await close()
  }
}
