import type { StoreConfig } from '../config/index.ts'
import { withTexts } from '../keep/kept-texts.ts'
import { keyring } from '../secrets/keyring.ts'
import { type SealedKeys, sealedKeys } from '../secrets/sealed-keys.ts'
import type { Args, World } from './command.ts'
import { masterKeyHere } from './master-key-here.ts'
import { refuseMissing, storeConfigOf } from './with-store.ts'

/**
 * Do something with the keys of providers that are kept sealed beside the books of a config.
 *
 * @throws Error when there is nothing to seal with, or no books yet: the gateway makes both at its first start.
 */
export async function withSealedKeys<T>(
  args: Args,
  world: World,
  work: (keys: SealedKeys) => Promise<T>,
): Promise<T> {
  const config = storeConfigOf(args, world, { withMasterKey: true, withSealKeys: true })
  refuseMissing(config, world)
  const ring = keyring([...config.sealKeys, ...ownMasterKey(config)])
  return withTexts(config, (texts) => work(sealedKeys(texts, ring, config.org)))
}

/** What opens keys that were sealed before `seal_keys` were stated, and seals where there are none. */
function ownMasterKey({ store, masterKey: stated }: StoreConfig): (string | Buffer)[] {
  if (store.kind === 'redis') return stated === undefined ? [] : [stated]
  return [masterKeyHere(store, stated)]
}
