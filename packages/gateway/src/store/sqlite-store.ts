import { memoryLimits } from '@tollgate/kit'
import { type SqliteAudit, sqliteAudit } from '@tollgate/kit/audit/sqlite'
import type { Clock } from '@tollgate/kit/core'
import {
  type Directory,
  keyHasher,
  layeredDirectory,
  type StaticDirectory,
  staticDirectory,
} from '@tollgate/kit/directory'
import { sqliteDirectory } from '@tollgate/kit/directory/sqlite'
import { type Ledger, spooled } from '@tollgate/kit/ledger'
import { sqliteLedger, sqliteUnbooked } from '@tollgate/kit/ledger/sqlite'
import { type Config, masterKey, type SqliteStore, type StoreConfig } from '../config/index.ts'
import { recordCharges } from '../report/record-charges.ts'
import { recordReports } from '../report/record-reports.ts'
import { unseenUserBudgets } from './account-budgets.ts'
import { coolDownOf } from './cool-down.ts'
import { frontKeys, knownKeys } from './front-keys.ts'
import { mendable } from './mendable.ts'
import { statedDirectory } from './stated-directory.ts'
import type { CommandStore, Store, StoreOptions } from './store.ts'

/** Open the file of a gateway: the books, the keys that were made by command, and the table of records. */
export function openSqliteStore(
  config: Config,
  { path }: SqliteStore,
  { clock, watched = (books) => books }: StoreOptions,
): Store {
  const { key } = masterKey({ stated: config.masterKey, databasePath: path })
  const keysOf = (stating: Config) => frontKeys(stating, path, keyHasher(key))
  const front = keysOf(config)
  const stated = statedDirectory(front.records)
  const keep = (books: Ledger) =>
    spooled(mendable(watched(books), config.file), { folder: config.spool, clock })
  const file = openFile(config, path, stated, { clock, keep })
  const limits = memoryLimits({ coolDown: coolDownOf(config), clock })
  return {
    ...file,
    limits,
    masterKey: key,
    front,
    warnings: [],
    restate: (config) => stated.replace(keysOf(config).records),
    async close() {
      await limits.close()
      await file.close()
    },
  }
}

/** The same as a command has it. */
export function openSqliteCommandStore(
  config: StoreConfig,
  { path }: SqliteStore,
  { clock }: StoreOptions,
): CommandStore {
  return openFile(config, path, staticDirectory(knownKeys(config, path)), { clock })
}

interface OpenFileOptions {
  readonly clock: Clock
  /** What becomes of the books for whoever ends calls. */
  readonly keep?: (books: Ledger) => Ledger
}

function openFile(
  config: StoreConfig,
  path: string,
  front: StaticDirectory,
  { clock, keep = (books) => books }: OpenFileOptions,
): Omit<CommandStore, 'table'> & { readonly table: SqliteAudit } {
  const { timeZone, durability, maxUnseenUsers: maxAuto } = config
  const budgets = unseenUserBudgets(config)
  const ledger = keep(sqliteLedger(path, { clock, budgets, timeZone, durability, maxAuto }))
  const directory: Directory = layeredDirectory({
    front,
    back: sqliteDirectory(path, { clock }),
  })
  const table = sqliteAudit(path, { clock })
  const unbooked = sqliteUnbooked(path)
  return {
    ledger,
    directory,
    table,
    reports: recordReports({ records: table, ledger }),
    charges: recordCharges({ records: table, ledger, org: config.org, timeZone }),
    unbooked,
    async close() {
      await ledger.close()
      await unbooked.close()
      await directory.close()
      await table.close()
    },
  }
}
