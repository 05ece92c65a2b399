import { type Clock, systemClock } from '../../core/clock.ts'
import { machineTimers } from '../../core/timers.ts'
import { askRedis } from '../../ledger/redis/ask.ts'
import { connectRedis, type RedisTarget } from '../../ledger/redis/connection.ts'
import { limiterOf } from '../flexible.ts'
import { insuredSlots } from '../insured-slots.ts'
import { joinLimits } from '../join-limits.ts'
import type { Limits } from '../limits.ts'
import { COOL_DOWN, type LimitsOptions } from '../memory-limits.ts'
import { memorySlots } from '../memory-slots.ts'
import { requestCounter } from '../requests.ts'
import { limitKeys } from './keys.ts'
import { redisLimiter } from './redis-limiter.ts'
import { type RedisSlotsOptions, redisSlots } from './redis-slots.ts'

export interface RedisLimitsOptions extends LimitsOptions {
  /** Before every key, as the ledger's. */
  readonly prefix?: string
  /** How long Redis may take to answer, ms; then this process counts by itself. */
  readonly deadlineMs?: number
  /** Told when the connection fails; it is made anew by itself. */
  readonly onFault?: (error: Error) => void
}

/**
 * The limits of a fleet, in Redis 7 or Valkey: one set for all processes, and all that limits an org in one slot of a
 * Cluster. Time is the server's.
 *
 * While Redis is away every process limits by itself, at the whole rate: a fleet of N lets up to N times as much pass. It
 * costs nobody money, since a ledger there refuses everything meanwhile. Needs `ioredis`, and `rate-limiter-flexible`
 * where requests are limited.
 *
 * @example
 * const limits = redisLimits('rediss://redis.internal:6379')
 */
export function redisLimits(
  target: RedisTarget,
  {
    prefix = 'tg',
    deadlineMs = 500,
    onFault = () => {},
    coolDown = COOL_DOWN,
    clock,
    timers = machineTimers,
  }: RedisLimitsOptions = {},
): Limits {
  const connection = connectRedis(target, onFault)
  const redis = askRedis(connection, { deadlineMs, timers: machineTimers })
  const keysOf = keysByOrg(prefix)
  const local: Clock = clock ?? systemClock
  let faults = 0
  /** How often it failed tells whether what was counted just then was counted here. */
  const counted = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((fault: unknown) => {
      faults += 1
      throw fault
    })

  const slots = redisSlots({
    keysOf,
    now: () => clock?.now() ?? '',
    ask: redis.ask as RedisSlotsOptions['ask'],
    close: () => connection.close(),
  })
  const limiter = redisLimiter({
    ask: (script, keys, args) => counted(redis.ask(script, keys, args)),
    call: (command, ...args) => counted(redis.call(command, ...args)),
  })
  return joinLimits({
    requests: requestCounter({
      limiterOf: limiterOf(limiter),
      keyOf: (org, subject) => keysOf(org).requests(subject),
      faults: () => faults,
      clock: local,
    }),
    slots: insuredSlots(slots, memorySlots(local)),
    timers,
    coolDown,
  })
}

function keysByOrg(prefix: string): (org: string) => ReturnType<typeof limitKeys> {
  const known = new Map<string, ReturnType<typeof limitKeys>>()
  return (org) => {
    const keys = known.get(org) ?? limitKeys(prefix, org)
    known.set(org, keys)
    return keys
  }
}
