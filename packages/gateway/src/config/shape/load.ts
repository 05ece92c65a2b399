import type { LoadLimits } from '@tollgate/kit/wire'
import type { z } from 'zod'
import { fields } from './fields.ts'
import { callCount, duration, limitCount } from './leaves.ts'

/** How much at once a provider's models are asked to do. */
export const load: z.ZodType<LoadLimits> = fields({
  concurrent: callCount,
  queued_bytes: limitCount.optional(),
  wait: duration('1m').optional(),
}).transform(({ concurrent, queued_bytes, wait }) => ({
  concurrent,
  ...(queued_bytes !== undefined && { queuedBytes: queued_bytes }),
  ...(wait !== undefined && { waitMs: wait }),
}))
