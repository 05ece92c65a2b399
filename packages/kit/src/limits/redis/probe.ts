import { randomUUID } from 'node:crypto'
import { systemClock } from '../../core/clock.ts'
import { machineTimers } from '../../core/timers.ts'
import { askRedis } from '../../ledger/redis/ask.ts'
import { connectRedis, type RedisTarget } from '../../ledger/redis/connection.ts'
import { limiterOf } from '../flexible.ts'
import type { Scope } from '../rates.ts'
import { requestCounter } from '../requests.ts'
import type { SlotRequest } from '../slots.ts'
import { limitKeys } from './keys.ts'
import { redisLimiter } from './redis-limiter.ts'
import { type RedisSlotsOptions, redisSlots } from './redis-slots.ts'

export interface ProbeLimitsOptions {
  /** Of the limits' keys. */
  readonly prefix?: string
  /** How long a command may take, ms. */
  readonly deadlineMs?: number
}

const ORG = 'probe'
const SUBJECT = 'key:probe'
const SCOPE: Scope = { subject: SUBJECT, rpm: 1, tpm: 1, concurrency: 1 }
const REQUEST: SlotRequest = { org: ORG, id: 'probe', caller: SUBJECT, scopes: [SCOPE], tokens: 1 }

/**
 * Do everything once that limits take, on keys of their own beside the real ones, and clear them away. Limits that are not
 * allowed here stand in for themselves in every process, as they do while Redis is away: nobody who is limited would notice.
 *
 * @throws what the server says against it, or the reason why there is no connection.
 */
export async function probeRedisLimits(
  target: RedisTarget,
  { prefix = 'tg', deadlineMs = 5000 }: ProbeLimitsOptions = {},
): Promise<void> {
  const keys = limitKeys(`${prefix}:probe-${randomUUID().slice(0, 8)}`, ORG)
  const connection = connectRedis(target, () => {})
  const redis = askRedis(connection, { deadlineMs, timers: machineTimers })
  const failures: unknown[] = []
  /** What the library hears of it, it keeps to itself. */
  const noted = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((fault: unknown) => {
      failures.push(fault)
      throw fault
    })
  const requests = requestCounter({
    limiterOf: limiterOf(
      redisLimiter({
        ask: (script, named, args) => noted(redis.ask(script, named, args)),
        call: (command, ...args) => noted(redis.call(command, ...args)),
      }),
    ),
    keyOf: () => keys.requests(SUBJECT),
    clock: systemClock,
  })
  const slots = redisSlots({
    keysOf: () => keys,
    now: () => '',
    ask: redis.ask as RedisSlotsOptions['ask'],
    close: () => connection.close(),
  })
  try {
    await slots.take(REQUEST, false)
    await slots.hold(ORG, [{ id: REQUEST.id, subjects: [SUBJECT] }])
    await slots.give(REQUEST, 0)
    await slots.shut(ORG, SUBJECT, { firstMs: 1, longestMs: 1, why: 'failures' })
    const taken = await requests.take(ORG, [SCOPE])
    if (taken.status === 'taken') await requests.giveBack(ORG, taken.points)
    await requests.read(ORG, [SCOPE])
    if (failures.length > 0) throw failures[0]
  } finally {
    const left = [keys.requests, keys.bucket, keys.running, keys.breaker].map((key) => key(SUBJECT))
    await redis.call('DEL', ...left).catch(() => {})
    await slots.close()
  }
}
