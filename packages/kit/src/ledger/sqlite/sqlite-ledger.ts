import { type Clock, systemClock } from '../../core/clock.ts'
import { checked } from '../checked.ts'
import { type DefaultsOptions, defaultBudgets } from '../default-budgets.ts'
import type { Ledger } from '../ledger.ts'
import type { Command, CommandName, Given, Reply } from './clerk.ts'
import { clerkOnThread } from './other-thread.ts'
import { clerkHere } from './same-thread.ts'

export interface SqliteLedgerOptions extends DefaultsOptions {
  readonly clock?: Clock
  /**
   * `normal`: what was answered survives the death of the process. `strict`: also the loss of power; commands then wait
   * for the disk, on a thread of its own, so that the event loop does not.
   */
  readonly durability?: 'normal' | 'strict'
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

  return checked({
    provision: (org, account, limits) => ask('provision', org, account, limits),
    raise: (command) => ask('raise', command),
    budgetsOf: (org, accounts) => ask('budgetsOf', org, accounts),
    reserve: (command) => ask('reserve', command),
    extend: (command) => ask('extend', command),
    heartbeat: (org, beats, ttlMs) => ask('heartbeat', org, beats, ttlMs),
    settle: (command) => ask('settle', command),
    release: (org, id) => ask('release', org, id),
    expire: (limit) => ask('expire', limit),
    expired: (filter) => ask('expired', filter),
    settleExpired: (to, filter) => ask('settleExpired', to, filter),
    adjust: (command) => ask('adjust', command),
    read: (org, accounts) => ask('read', org, accounts),
    accounts: (org, page) => ask('accounts', org, page),
    smallestLimits,
    close,
  })
}
