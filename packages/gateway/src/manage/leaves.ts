import { MAX_LIMIT, type NanoUsd, nanoToUsd, usdToNano } from '@tollgate/kit/core'
import type { Role } from '@tollgate/kit/directory'
import { z } from 'zod'

/**
 * The values that JSON of the admin API is made of. Each says of itself what OpenAPI needs to know; what a record keeps in
 * another form (money, times) is a codec between the two.
 */

/** An id: one line without spaces around it. It is part of an account's name, and stands in addresses. */
export const id: z.ZodString = z
  .string()
  .min(1)
  .max(128)
  .regex(/^(?!\s)[^\x00-\x1f\x7f]+(?<!\s)$/, 'must be one line, with no space around it')

export const keyId: z.ZodString = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be letters, digits, ".", "_" and "-"')

export const label: z.ZodString = z.string().min(1).max(256)

export const role: z.ZodEnum<{ [R in Role]: R }> = z.enum(['viewer', 'team-lead', 'director', 'admin'])

/** A pattern over canonical model names, as tiers and scopes have them. */
export const modelPatternText: z.ZodString = z
  .string()
  .regex(/^[A-Za-z0-9._:/@+*-]{1,200}$/, 'must be the name of a model, or a pattern such as claude-haiku-*')

export const word: z.ZodString = z.string().min(1).max(200)

/** Whole and from 1. */
export const count: z.ZodInt = z.int().min(1).max(1_000_000_000)

/** Decimal text; at most what a limit of the books holds. */
export const usd: z.ZodCodec<z.ZodString, z.ZodType<NanoUsd, NanoUsd>> = z.codec(
  z
    .string()
    .regex(/^\d{1,10}(\.\d{1,9})?$/, 'must be decimal text in USD with at most nine places, such as "0.25"'),
  z.custom<NanoUsd>(),
  {
    decode(text, context) {
      const nano = usdToNano(text)
      if (nano <= MAX_LIMIT) return nano as NanoUsd
      context.issues.push({
        code: 'custom',
        input: text,
        message: `must be at most ${nanoToUsd(MAX_LIMIT)} USD: the books hold no more`,
      })
      return z.NEVER
    },
    encode: (nano) => nanoToUsd(nano),
  },
)

/** An instant, as ISO 8601 with its offset; a record keeps ms since the epoch. */
export const instant: z.ZodCodec<z.ZodISODateTime, z.ZodNumber> = z.codec(
  z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-12-24T18:00:00Z' }),
  z.number(),
  { decode: (text) => Date.parse(text), encode: (ms) => new Date(ms).toISOString() },
)
