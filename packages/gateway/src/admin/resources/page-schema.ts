import { z } from 'zod'
import { MAX_PAGE_LIMIT } from '../../manage/page.ts'

/** What part of a list is asked for. */
export const pageQuery: z.ZodObject = z.strictObject({
  limit: z
    .codec(z.string().regex(/^\d{1,4}$/, 'must be a whole number'), z.int().min(1).max(MAX_PAGE_LIMIT), {
      decode: Number,
      encode: String,
    })
    .optional()
    .describe(`Items on a page, 1 to ${MAX_PAGE_LIMIT}; 100 when absent.`),
  cursor: z.string().max(1000).optional().describe('next_cursor of the page before.'),
})

/** A page of a list. */
export function pageOfSchema(item: z.ZodType): z.ZodObject {
  return z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() })
}
