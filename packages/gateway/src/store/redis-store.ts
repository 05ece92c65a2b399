import { systemClock } from '@tollgate/kit/core'
import {
  type Directory,
  keyHasher,
  layeredDirectory,
  type StaticDirectory,
  staticDirectory,
} from '@tollgate/kit/directory'
import { type RedisDirectoryOptions, redisDirectory } from '@tollgate/kit/directory/redis'
import { type Ledger, spooled } from '@tollgate/kit/ledger'
import { type RedisLedgerOptions, redisLedger, redisSpend, redisUnbooked } from '@tollgate/kit/ledger/redis'
import { redisLimits } from '@tollgate/kit/limits/redis'
import { type Config, longEnough, type RedisStore, type StoreConfig } from '../config/index.ts'
import { startWarnings } from '../doctor/start-warnings.ts'
import { rollupCharges } from '../report/rollup-charges.ts'
import { rollupReports } from '../report/rollup-reports.ts'
import { unseenUserBudgets } from './account-budgets.ts'
import { coolDownOf } from './cool-down.ts'
import { knownKeys, statedKeys } from './front-keys.ts'
import { mendable } from './mendable.ts'
import { oncePerMinute } from './once-per-minute.ts'
import { reachable } from './redis-reach.ts'
import { spoolPlace, straySpools } from './spool-place.ts'
import { statedDirectory } from './stated-directory.ts'
import type { CommandStore, Store, StoreOptions } from './store.ts'

/** What a command waits for an answer, ms: nobody else waits for it. */
const COMMAND_DEADLINE_MS = 5000

/**
 * Open the books of a fleet, which `tollgate ledger init` has opened once, and its directory: the keys that the config
 * states, and those that were made by command on any machine.
 *
 * @throws Error when the server cannot be reached, must not keep books as it is, or has none of this org.
 */
export async function openRedisStore(
  config: Config,
  store: RedisStore,
  { clock, watched = (books) => books }: StoreOptions,
): Promise<Store> {
  const masterKey = longEnough(config.masterKey ?? '', 'master_key')
  const keysOf = (stating: Config) => statedKeys(stating, keyHasher(masterKey))
  const records = keysOf(config)
  const stated = statedDirectory(records)
  const own = {
    budgets: unseenUserBudgets(config),
    maxAuto: config.maxUnseenUsers,
    onFault: oncePerMinute((error: Error) => warn(store, error)),
    // A fleet goes by the server's clock; only a test brings another.
    ...(clock !== systemClock && { clock }),
  }
  const { books, warnings } = await reachable(store, async () => {
    const warnings = await startWarnings(config, store)
    return { books: await openLedger(config, store, own), warnings }
  })
  const folder = spoolPlace(config, store)
  const ledger = spooled(mendable(watched(books), config.file), { folder, clock })
  const limits = redisLimits(store.target, {
    prefix: store.prefix,
    coolDown: coolDownOf(config),
    // The ledger's own connection tells of the same Redis.
    ...(clock !== systemClock && { clock }),
  })
  const opened = storeOn(ledger, config, store)
  const directory = directoryOf(store, stated, clock !== systemClock && { clock })
  return {
    ...opened,
    directory,
    limits,
    masterKey,
    front: { records },
    warnings: [...warnings, ...straySpools(folder)],
    restate: (config) => stated.replace(keysOf(config)),
    async close() {
      await limits.close()
      await directory.close()
      await opened.close()
    },
  }
}

/** The same as a command has it: it changes no budgets, and waits longer. */
export async function openRedisCommandStore(config: StoreConfig, store: RedisStore): Promise<CommandStore> {
  const own = { deadlineMs: COMMAND_DEADLINE_MS }
  const ledger = await reachable(store, () => openLedger(config, store, own))
  const opened = storeOn(ledger, config, store)
  const directory = directoryOf(store, staticDirectory(knownKeys(config)), own)
  return {
    ...opened,
    directory,
    async close() {
      await directory.close()
      await opened.close()
    },
  }
}

function directoryOf(
  { target, prefix }: RedisStore,
  front: StaticDirectory,
  options: RedisDirectoryOptions | false,
): Directory {
  return layeredDirectory({
    front,
    back: redisDirectory(target, { prefix, ...options }),
  })
}

/** @throws Error when there are no books of the org, or those of another layout. */
async function openLedger(
  { org, timeZone }: StoreConfig,
  { target, prefix }: RedisStore,
  options: RedisLedgerOptions,
): Promise<Ledger> {
  const ledger = redisLedger(target, { timeZone, prefix, ...options })
  try {
    await ledger.read(org, [`org:${org}`])
    return ledger
  } catch (error) {
    await ledger.close()
    throw error
  }
}

function storeOn(
  ledger: Ledger,
  { org }: StoreConfig,
  { target, prefix }: RedisStore,
): Omit<CommandStore, 'directory'> {
  const rollups = redisSpend(target, { prefix })
  const unbooked = redisUnbooked(target, { prefix })
  return {
    ledger,
    table: undefined,
    reports: rollupReports({ rollups, ledger, org }),
    charges: rollupCharges({ rollups, ledger, org }),
    unbooked,
    async close() {
      await ledger.close()
      await rollups.close()
      await unbooked.close()
    },
  }
}

function warn({ shown }: RedisStore, { message }: Error): void {
  process.emitWarning(`${shown}: ${message}. Requests are refused until it answers again`, {
    type: 'TollgateWarning',
    code: 'TOLLGATE_STORE_AWAY',
  })
}
