import type { z } from 'zod'
import type { BreakerRules, RetryRules, Timeouts } from '../config.ts'
import { fields } from './fields.ts'
import { callCount, duration, percent } from './leaves.ts'

/** How long providers are waited for; what is not stated is as the kit has it. */
export const timeouts: z.ZodType<Timeouts> = fields({
  connect: duration('1m').optional(),
  first_byte: duration('1h').optional(),
  idle: duration('1h').optional(),
  total: duration('24h').optional(),
}).transform(({ connect, first_byte, idle, total }) => ({
  ...(connect !== undefined && { connectMs: connect }),
  ...(first_byte !== undefined && { firstByteMs: first_byte }),
  ...(idle !== undefined && { idleMs: idle }),
  ...(total !== undefined && { totalMs: total }),
}))

/** When those are asked again who have failed. */
export const retries: z.ZodType<RetryRules> = fields({
  max: callCount.optional(),
  within: duration('10m').optional(),
  share: percent.optional(),
}).transform(({ max, within, share }) => ({
  ...(max !== undefined && { max }),
  ...(within !== undefined && { withinMs: within }),
  ...(share !== undefined && { share: share / 100 }),
}))

/** When those are asked no more who fail most of the time. */
export const breakers: z.ZodType<BreakerRules> = fields({
  window: duration('10m').optional(),
  min_calls: callCount.optional(),
  failures: percent.optional(),
  in_a_row: callCount.optional(),
  open: duration('10m').optional(),
}).transform(({ window, min_calls, failures, in_a_row, open }) => ({
  ...(window !== undefined && { windowMs: window }),
  ...(min_calls !== undefined && { minVolume: min_calls }),
  ...(failures !== undefined && { failureShare: failures / 100 }),
  ...(in_a_row !== undefined && { inARow: in_a_row }),
  ...(open !== undefined && { openMs: open }),
}))
