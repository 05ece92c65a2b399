import type { z } from 'zod'
import { fields, text, Wrong } from './fields.ts'
import { duration } from './leaves.ts'

/** Where newer prices come from, as a file states it. */
export interface StatedPriceUpdates {
  /** An address or a path; undefined: only `tollgate prices update` brings them. */
  readonly from: string | undefined
  readonly everyMs: number | undefined
  /** The path of the file with the last good ones. */
  readonly keep: string | undefined
}

const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?(?:\/|$)/i

/** What is fetched unencrypted could be anybody's prices. */
const from: z.ZodType<string> = text((value) =>
  /^http:/i.test(value) && !LOOPBACK.test(value)
    ? new Wrong(() => 'must begin with https://, or be the path of a file: prices are money')
    : undefined,
)

export const priceUpdates: z.ZodType<StatedPriceUpdates | undefined> = fields({
  from: from.optional(),
  every: duration('30d').optional(),
  keep: text().optional(),
})
  .transform(({ from, every, keep }) => ({ from, everyMs: every, keep }))
  .optional()
