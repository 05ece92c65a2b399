import { type Clock, systemClock } from '../../core/clock.ts'
import { machineTimers } from '../../core/timers.ts'
import { checked } from '../checked.ts'
import type { DefaultsOptions } from '../default-budgets.ts'
import type { Ledger, SettleExpiredResult } from '../ledger.ts'
import { adjust } from './adjust.ts'
import { askRedis } from './ask.ts'
import type { Books } from './books.ts'
import { release, settle } from './close.ts'
import { connectRedis, type RedisTarget } from './connection.ts'
import { defaultRulings } from './defaults.ts'
import { expiredIn, settleExpiredIn } from './expire.ts'
import { extend } from './extend.ts'
import { heartbeat } from './heartbeat.ts'
import { ledgerKeys } from './keys.ts'
import { listAccounts } from './list-accounts.ts'
import { loadAccounts, lookAt, lookAtAll } from './load.ts'
import { openOrgs } from './orgs.ts'
import { provisionAs } from './provision.ts'
import { raiseBudget } from './raise.ts'
import { readAccounts } from './read.ts'
import { reserve } from './reserve.ts'
import { budgetsOf } from './rules.ts'
import { smallestLimitsIn } from './smallest-limits.ts'
import { sweep } from './sweep.ts'
import { locate } from './whereabouts.ts'

export interface RedisLedgerOptions extends DefaultsOptions {
  /** Where the time of the books comes from; the Redis server's own clock when absent, which is what a fleet needs. */
  readonly clock?: Clock
  /** Of the config that `budgets` come from, from 1: during a roll-out the higher one wins. */
  readonly revision?: number
  /** Before every key, for several Tollgates on one Redis. */
  readonly prefix?: string
  /** How long a command may take, ms; then its effect is unknown, and it is refused. */
  readonly deadlineMs?: number
  /** Told when the connection fails (it is made anew by itself), and of an org whose books are gone, or refuse to expire anything. */
  readonly onFault?: (error: Error) => void
}

/**
 * The ledger in Redis (7 or newer) or Valkey: one for a whole fleet. Every command is one script, and all keys of an org
 * are in one slot, so it runs on a Cluster as well. The books of an org are opened once, by `tollgate ledger init`; a
 * Redis that has lost them refuses everybody instead of starting from zero.
 *
 * Fails closed: when Redis is away, slow or full, commands are rejected within `deadlineMs`. Needs `ioredis`.
 *
 * @param target a URL, ioredis's options, the nodes of a Cluster, or a client that the application has, which is
 * duplicated.
 * @throws RangeError when a default budget is not one.
 *
 * @example
 * const ledger = redisLedger('rediss://redis.internal:6379', { budgets: [{ per: 'user', limit_usd: '5.00', period: 'daily' }] })
 */
export function redisLedger(
  target: RedisTarget,
  {
    clock,
    budgets: defaults,
    revision = 1,
    timeZone = 'UTC',
    maxAuto = 100_000,
    prefix = 'tg',
    deadlineMs = 500,
    onFault = () => {},
  }: RedisLedgerOptions = {},
): Ledger {
  const keys = ledgerKeys(prefix)
  const connection = connectRedis(target, onFault)
  const orgs = openOrgs({
    ...askRedis(connection, { deadlineMs, timers: machineTimers }),
    keys,
    clock: clock ?? systemClock,
    now: () => clock?.now() ?? '',
    defaults: defaultRulings(defaults ?? [], timeZone),
    revision: defaults ? revision : 0,
    maxAuto,
  })

  /** One org, or every one after another; each when what it was asked before has been answered. */
  async function within<T>(
    org: string | undefined,
    look: (books: Books) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const found: T[] = []
    for (const books of org === undefined ? await orgs.all() : [orgs.of(org)]) {
      await books.lane.idle()
      found.push(...(await look(books)))
    }
    return found
  }

  return checked({
    async provision(org, account, budgets) {
      const books = orgs.of(org)
      return books.lane.submit({
        // Looked at anew: what is provisioned by hand is seldom what this process uses.
        prepare: () => lookAt(books, [account]),
        run: () => provisionAs(books, account, { budgets, auto: false }),
        alone: true,
      })
    },
    async raise(command) {
      const books = orgs.of(command.org)
      return books.lane.submit({
        prepare: () => lookAt(books, [command.account]),
        run: () => raiseBudget(books, command),
        alone: true,
      })
    },
    async budgetsOf(org, accounts) {
      const books = orgs.of(org)
      await books.lane.idle()
      await lookAtAll(books, accounts)
      return accounts.map((id) => {
        const account = books.accounts.get(id)
        return account ? budgetsOf(account) : undefined
      })
    },
    async reserve(command) {
      const books = orgs.of(command.org)
      return books.lane.submit({
        prepare: () => loadAccounts(books, command.path),
        run: () => reserve(books, command),
      })
    },
    async extend(command) {
      const books = orgs.of(command.org)
      return books.lane.submit({
        prepare: () => locate(books, command.id),
        run: () => extend(books, command),
      })
    },
    async heartbeat(org, beats, ttlMs) {
      const books = orgs.of(org)
      return books.lane.submit({
        prepare: () => loadAccounts(books, []),
        run: () => heartbeat(books, beats, ttlMs),
        alone: true,
      })
    },
    async settle(command) {
      const books = orgs.of(command.org)
      return books.lane.submit({
        prepare: () => locate(books, command.id),
        run: () => settle(books, command),
      })
    },
    async release(org, id) {
      const books = orgs.of(org)
      return books.lane.submit({ prepare: () => locate(books, id), run: () => release(books, id) })
    },
    expire: async (limit = 100) => sweep(await orgs.toSweep(), { limit, onFault }),
    expired: (filter = {}) => within(filter.org, (books) => expiredIn(books, filter)),
    async settleExpired(to, filter = {}) {
      const all = await within(filter.org, async (books) => [await settleExpiredIn(books, to, filter)])
      return all.reduce(sumOf, { settled: [], before: 0, after: 0 })
    },
    async adjust(command) {
      const books = orgs.of(command.org)
      return books.lane.submit({ run: () => adjust(books, command), alone: true })
    },
    async read(org, accounts) {
      const books = orgs.of(org)
      await books.lane.idle()
      return readAccounts(books, accounts)
    },
    accounts: (org, page) => within(org, (books) => listAccounts(books, page)),
    smallestLimits: (org, path) => smallestLimitsIn(orgs.of(org), path),
    async close() {
      await orgs.idle()
      await connection.close()
    },
  })
}

function sumOf(sum: SettleExpiredResult, one: SettleExpiredResult): SettleExpiredResult {
  return {
    settled: [...sum.settled, ...one.settled],
    before: sum.before + one.before,
    after: sum.after + one.after,
  }
}
