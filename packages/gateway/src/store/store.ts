import type { Clock } from '@tollgate/kit/core'
import {
  type Directory,
  type KeyHasher,
  keyHasher,
  layeredDirectory,
  staticDirectory,
} from '@tollgate/kit/directory'
import { sqliteDirectory } from '@tollgate/kit/directory/sqlite'
import type { Ledger } from '@tollgate/kit/ledger'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { type Config, masterKey } from '../config/index.ts'
import { unseenUserBudgets } from './account-budgets.ts'
import { type FrontKeys, frontKeys } from './front-keys.ts'

/** What a gateway keeps: the books, and who may call. One file holds both. */
export interface Store {
  readonly ledger: Ledger
  readonly directory: Directory
  readonly masterKey: Buffer
  readonly hasher: KeyHasher
  readonly front: FrontKeys
  close(): Promise<void>
}

/**
 * Open the store of a config. Several processes may have it open: a command beside a running gateway, for instance.
 *
 * @throws Error when the file, or a secret beside it, cannot be used.
 */
export function openStore(config: Config, { clock }: { readonly clock: Clock }): Store {
  const { path } = config.store
  const ledger = sqliteLedger(path, { clock, budgets: unseenUserBudgets(config), timeZone: config.timeZone })
  const { key } = masterKey({ stated: config.masterKey, databasePath: path })
  const hasher = keyHasher(key)
  const front = frontKeys(config, hasher)
  const directory = layeredDirectory({
    front: staticDirectory(front.records),
    back: sqliteDirectory(path, { clock }),
  })
  return {
    ledger,
    directory,
    masterKey: key,
    hasher,
    front,
    async close() {
      await ledger.close()
      await directory.close()
    },
  }
}
