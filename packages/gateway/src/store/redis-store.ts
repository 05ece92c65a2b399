import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { systemClock } from '@tollgate/kit/core'
import { keyHasher, staticDirectory } from '@tollgate/kit/directory'
import { type Ledger, spooled } from '@tollgate/kit/ledger'
import { type RedisLedgerOptions, redisLedger } from '@tollgate/kit/ledger/redis'
import { type Config, longEnough, type RedisStore, type StoreConfig } from '../config/index.ts'
import { rollupReports } from '../report/rollup-reports.ts'
import { unseenUserBudgets } from './account-budgets.ts'
import { knownKeys, statedKeys } from './front-keys.ts'
import { reachable } from './redis-reach.ts'
import { lazyRollups } from './redis-rollups.ts'
import { startWarnings } from './redis-warnings.ts'
import type { CommandStore, Store, StoreOptions } from './store.ts'

/** What a command waits for an answer, ms: nobody else waits for it. */
const COMMAND_DEADLINE_MS = 5000

/**
 * Open the books of a fleet, which `tollgate ledger init` has opened once; the keys are those that the config states.
 *
 * @throws Error when the server cannot be reached, must not keep books as it is, or has none of this org.
 */
export async function openRedisStore(
  config: Config,
  store: RedisStore,
  { clock }: StoreOptions,
): Promise<Store> {
  const masterKey = longEnough(config.masterKey ?? '', 'master_key')
  const records = statedKeys(config, keyHasher(masterKey))
  const own = {
    budgets: unseenUserBudgets(config),
    onFault: oncePerMinute((error) => warn(store, error)),
    // A fleet goes by the server's clock; only a test brings another.
    ...(clock !== systemClock && { clock }),
  }
  const { books, warnings } = await reachable(store, async () => {
    const warnings = await startWarnings(config, store)
    return { books: await openLedger(config, store, own), warnings }
  })
  const ledger = spooled(books, { folder: spoolOf(config, store), clock })
  const directory = staticDirectory(records)
  return { ...storeOn(ledger, config, store), directory, masterKey, front: { records }, warnings }
}

/** A folder for these books alone: others would be told of reservations that they do not know. */
function spoolOf({ spool }: Config, { shown, prefix }: RedisStore): string {
  const books = createHash('sha256').update(`${shown} ${prefix}`).digest('hex')
  return join(spool, books.slice(0, 8))
}

/** The same as a command has it: it changes no budgets, and waits longer. */
export async function openRedisCommandStore(config: StoreConfig, store: RedisStore): Promise<CommandStore> {
  const own = { deadlineMs: COMMAND_DEADLINE_MS }
  const ledger = await reachable(store, () => openLedger(config, store, own))
  return { ...storeOn(ledger, config, store), directory: staticDirectory(knownKeys(config)) }
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

function storeOn(ledger: Ledger, { org }: StoreConfig, store: RedisStore): Omit<CommandStore, 'directory'> {
  const rollups = lazyRollups(store)
  return {
    ledger,
    table: undefined,
    reports: rollupReports({ rollups, ledger, org }),
    async close() {
      await ledger.close()
      await rollups.close()
    },
  }
}

const MINUTE_MS = 60_000

/** A connection that is being made anew fails several times a second. */
function oncePerMinute(tell: (error: Error) => void): (error: Error) => void {
  let toldMs = -Infinity
  return (error) => {
    if (performance.now() - toldMs < MINUTE_MS) return
    toldMs = performance.now()
    tell(error)
  }
}

function warn({ shown }: RedisStore, { message }: Error): void {
  process.emitWarning(`${shown}: ${message}. Requests are refused until it answers again`, {
    type: 'TollgateWarning',
    code: 'TOLLGATE_STORE_AWAY',
  })
}
