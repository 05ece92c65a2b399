import { type Clock, systemClock } from '../../core/clock.ts'
import type { DefaultBudget } from '../budget-entry.ts'
import {
  checkAdjust,
  checkExtend,
  checkHeartbeat,
  checkId,
  checkProvision,
  checkRead,
  checkReserve,
  checkSettle,
} from '../check.ts'
import { defaultBudgets } from '../default-budgets.ts'
import type { Ledger } from '../ledger.ts'
import type { Command, CommandName, Given, Reply } from './clerk.ts'
import { clerkOnThread } from './other-thread.ts'
import { clerkHere } from './same-thread.ts'

export interface SqliteLedgerOptions {
  readonly clock?: Clock
  /**
   * What accounts get that nobody has provisioned, when they are first charged, and follow when it changes. Users and
   * the org are made without any of these as well, a team, project or key only when its kind is named here. A process
   * that only looks leaves the option out: it then changes no account's budgets.
   */
  readonly budgets?: readonly DefaultBudget[]
  /** IANA zone of the budgets that name none. */
  readonly timeZone?: string
  /**
   * `normal`: what was answered survives the death of the process. `strict`: also the loss of power; commands then wait
   * for the disk, on a thread of its own, so that the event loop does not.
   */
  readonly durability?: 'normal' | 'strict'
  /** How many accounts nobody provisioned one parent may have. */
  readonly maxAuto?: number
  /** How long a command may wait for another process that is writing to the file, ms; unless `strict` it blocks the event loop. */
  readonly busyTimeoutMs?: number
}

/**
 * The ledger in an SQLite file. All commands of one turn of the event loop are one transaction, and are answered after
 * its commit; several processes on one machine may share the file.
 *
 * @param path a file, made (mode 0600, its folder too) when absent, or `:memory:`.
 * @throws RangeError when a default budget is not one.
 * @throws Error when the file cannot be opened, is on a network file system, or holds books of another layout.
 *
 * @example
 * const ledger = sqliteLedger('./tollgate.db', { budgets: [{ per: 'user', limit_usd: '5.00', period: 'daily' }] })
 */
export function sqliteLedger(
  path: string,
  {
    clock = systemClock,
    budgets,
    timeZone = 'UTC',
    durability = 'normal',
    maxAuto = 100_000,
    busyTimeoutMs = 1000,
  }: SqliteLedgerOptions = {},
): Ledger {
  const unseen = {
    defaults: defaultBudgets(budgets ?? [], timeZone),
    follow: budgets !== undefined,
    maxAuto,
  }
  // Books in memory are on no disk that could be waited for.
  const openClerk = durability === 'strict' && path !== ':memory:' ? clerkOnThread : clerkHere
  const { submit, smallestLimits, close } = openClerk(path, { clock, unseen, busyTimeoutMs })

  /** A command's name says what it is given and what it is answered. */
  function ask<Name extends CommandName>(...command: readonly [Name, ...Given<Name>]): Promise<Reply<Name>> {
    return submit(command as unknown as Command) as Promise<Reply<Name>>
  }

  return {
    async provision(org, account, limits) {
      checkProvision(org, account, limits)
      return ask('provision', org, account, limits)
    },
    async reserve(command) {
      checkReserve(command)
      return ask('reserve', command)
    },
    async extend(command) {
      checkExtend(command)
      return ask('extend', command)
    },
    async heartbeat(org, beats, ttlMs) {
      checkHeartbeat(org, beats, ttlMs)
      return ask('heartbeat', org, beats, ttlMs)
    },
    async settle(command) {
      checkSettle(command)
      return ask('settle', command)
    },
    async release(org, id) {
      checkId(org, id)
      return ask('release', org, id)
    },
    expire: (limit) => ask('expire', limit),
    expired: (filter) => ask('expired', filter),
    settleExpired: (to, filter) => ask('settleExpired', to, filter),
    async adjust(command) {
      checkAdjust(command)
      return ask('adjust', command)
    },
    async read(org, accounts) {
      checkRead(org, accounts)
      return ask('read', org, accounts)
    },
    accounts: (org) => ask('accounts', org),
    smallestLimits,
    close,
  }
}
