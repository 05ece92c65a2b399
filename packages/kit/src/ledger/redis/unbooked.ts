import { machineTimers } from '../../core/timers.ts'
import { checkId, checkRead } from '../check.ts'
import type { Basis } from '../ledger.ts'
import type { UnbookedList, UnbookedSettle } from '../unbooked.ts'
import { askRedis } from './ask.ts'
import { connectRedis, type RedisTarget } from './connection.ts'
import { ledgerKeys } from './keys.ts'
import { readAmounts } from './text.ts'

export interface RedisUnbookedOptions {
  readonly prefix?: string
  /** How long a command may take, ms. */
  readonly deadlineMs?: number
}

/**
 * The settles that the books on a Redis could charge to nobody.
 *
 * @example
 * const unbooked = await redisUnbooked('redis://127.0.0.1:6379').list('acme')
 */
export function redisUnbooked(
  target: RedisTarget,
  { prefix = 'tg', deadlineMs = 5000 }: RedisUnbookedOptions = {},
): UnbookedList {
  const keys = ledgerKeys(prefix)
  const connection = connectRedis(target, () => {})
  const { call } = askRedis(connection, { deadlineMs, timers: machineTimers })
  return {
    async list(org) {
      checkRead(org, [])
      const fields = (await call('HGETALL', keys.of(org).unbooked)) as readonly string[]
      const ids = fields.filter((_, at) => at % 2 === 0)
      return ids
        .map((id, at) => unbookedIn(org, id, fields[2 * at + 1]!))
        .sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
    },
    async drop(org, id) {
      checkId(org, id)
      return Number(await call('HDEL', keys.of(org).unbooked, id)) === 1
    },
    close: () => connection.close(),
  }
}

/** @param kept as `keep_unbooked.lua` writes it: `basis usd tokens requests at`. */
function unbookedIn(org: string, id: string, kept: string): UnbookedSettle {
  const [basis, ...numbers] = kept.split(' ')
  const actual = readAmounts(numbers.slice(0, 3).join(' '))
  return { org, id, actual, basis: basis as Basis, atMs: Number(numbers[3]) }
}
