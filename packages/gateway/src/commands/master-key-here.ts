import { masterKey, type SqliteStore } from '../config/index.ts'

/**
 * The master key of books in a file, for a command: as the config states it, or as it was kept beside the books at their
 * gateway's first start. None is made here: the gateway would neither know nor open what was hashed or sealed with
 * another one.
 *
 * @throws Error when it is not at hand, with where to take it from.
 */
export function masterKeyHere({ path }: SqliteStore, stated: string | undefined): Buffer {
  const { key } = masterKey({ stated, databasePath: path, make: notHere })
  return key
}

function notHere(): never {
  throw new Error(
    'the master key of these books is not here: set TOLLGATE_MASTER_KEY, or name the config of their gateway with --config',
  )
}
