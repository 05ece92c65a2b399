import { type Clock, systemClock } from '../core/clock.ts'
import { machineTimers, type Timers } from '../core/timers.ts'
import { limiterOf, memoryLimiter } from './flexible.ts'
import { joinLimits } from './join-limits.ts'
import type { Limits } from './limits.ts'
import { memorySlots } from './memory-slots.ts'
import { nameOf } from './rates.ts'
import { requestCounter } from './requests.ts'

export interface LimitsOptions {
  /** For how long whoever runs away is shut out, ms: the first time, doubled each time after; and at most. */
  readonly coolDown?: { readonly firstMs: number; readonly longestMs: number }
  /** Of tokens, slots and breakers. Windows of requests go by the machine's own clock. */
  readonly clock?: Clock
  readonly timers?: Timers
}

/** A minute, then two, then four; an hour at most. */
export const COOL_DOWN = { firstMs: 60_000, longestMs: 3_600_000 } as const

/**
 * The limits of one process, in its memory: a restart forgets a minute. Several processes each have limits of their own;
 * for one limit over all of them there is `redisLimits`. Needs `rate-limiter-flexible` where requests are limited.
 *
 * @example
 * app.use('/chat', identify(who), rateLimit({ limits: memoryLimits(), rates: { user: { rpm: 20, concurrency: 2 } } }), …)
 */
export function memoryLimits({
  coolDown = COOL_DOWN,
  clock = systemClock,
  timers = machineTimers,
}: LimitsOptions = {}): Limits {
  return joinLimits({
    requests: requestCounter({
      limiterOf: limiterOf(memoryLimiter),
      keyOf: nameOf,
      clock,
    }),
    slots: memorySlots(clock),
    timers,
    coolDown,
  })
}
