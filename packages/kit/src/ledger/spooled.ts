import { type Clock, systemClock } from '../core/clock.ts'
import { machineTimers, type Timers } from '../core/timers.ts'
import { warn } from '../core/warn.ts'
import type { Ledger } from './ledger.ts'
import { createSpool, type Spool, type Untaken } from './spool.ts'
import { openSpoolFolder } from './spool-folder.ts'

export interface SpooledOptions {
  /** Where what the books did not take outlives the process: a folder on a local disk, for this ledger only. */
  readonly folder?: string
  /** How many settles and releases may wait in memory; with a folder, more of them wait there. */
  readonly maxQueued?: number
  /** How much of the disk the folder may take up for this process, bytes. */
  readonly maxFolderBytes?: number
  /** How long `close` waits for books that do not take what is left, ms. */
  readonly closeMs?: number
  readonly clock?: Clock
  readonly timers?: Timers
  /** From 0 up to 1: spreads the processes that wait for the same books. */
  readonly random?: () => number
  /** Told in words when the books begin not to take something, and when something is dropped. */
  readonly onFault?: (sentence: string, cause?: unknown) => void
}

/** A ledger whose settles and releases are told again until the books take them. */
export interface SpooledLedger extends Ledger {
  readonly spool: Spool
}

/**
 * A ledger that loses no settle: one that the books do not take at once, because they are away, slow, or their answer
 * was lost, is told again until they do. With a folder it outlives the process, kill -9 included, and the next process
 * that is given the folder tells it. A settle that the books did not take is rejected as ever, and kept.
 *
 * What is lost all the same (no folder and the process died, or no room) expires, and is charged what was reserved.
 * Nothing is reserved from a spool: when the books are away, requests are refused. Several processes may share a folder,
 * on one ledger. Stages and governed fetches bring a spool in memory to a ledger that has none.
 *
 * @throws Error when the folder cannot be made or written to.
 *
 * @example
 * const ledger = spooled(redisLedger('rediss://redis.internal:6379'), { folder: './data/spool' })
 */
export function spooled(
  ledger: Ledger,
  {
    folder,
    maxQueued = 10_000,
    maxFolderBytes = 256 * 2 ** 20,
    closeMs = 5_000,
    clock = systemClock,
    timers = machineTimers,
    random = Math.random,
    onFault = (sentence) => warn('TOLLGATE_SETTLE_FAILED', sentence),
  }: SpooledOptions = {},
): SpooledLedger {
  const spool = createSpool({
    ledger,
    folder: folder === undefined ? undefined : openSpoolFolder(folder, { maxBytes: maxFolderBytes, onFault }),
    maxQueued,
    clock,
    timers,
    random,
    onFault,
  })
  return {
    spool,
    provision: (...args) => ledger.provision(...args),
    raise: (command) => ledger.raise(command),
    budgetsOf: (...args) => ledger.budgetsOf(...args),
    reserve: (command) => ledger.reserve(command),
    extend: (command) => ledger.extend(command),
    heartbeat: (...args) => ledger.heartbeat(...args),
    settle: async (command) => takenOrThrow(await spool.settle(command)),
    release: async (org, id) => takenOrThrow(await spool.release(org, id)),
    expire: (limit) => ledger.expire(limit),
    expired: (filter) => ledger.expired(filter),
    settleExpired: (...args) => ledger.settleExpired(...args),
    adjust: (command) => ledger.adjust(command),
    read: (...args) => ledger.read(...args),
    smallestLimits: (...args) => ledger.smallestLimits(...args),
    accounts: (org, page) => ledger.accounts(org, page),
    async close() {
      await spool.flush(closeMs)
      await spool.stop()
      await ledger.close()
    },
  }
}

/** Whether a ledger has a spool already. */
export function isSpooled(ledger: Ledger): ledger is SpooledLedger {
  return 'spool' in ledger
}

/** The ledger's own promise holds: what was not answered is rejected, since its effect is not known. */
function takenOrThrow<Answer extends { readonly status: string }>(answer: Answer | Untaken): Answer {
  if (answer.status === 'kept' || answer.status === 'dropped') throw (answer as Untaken).cause
  return answer as Answer
}
