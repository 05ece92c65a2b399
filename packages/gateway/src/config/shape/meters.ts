import { unitMeter } from '@tollgate/kit/meter'
import { z } from 'zod'
import type { Meter } from '../config.ts'
import { defined } from './defined.ts'
import { complain, fields, leaf, text, Wrong } from './fields.ts'
import { price } from './leaves.ts'

const decimal = leaf((value) =>
  /^\d{1,15}(?:\.\d{1,15})?$/.test(value)
    ? value
    : new Wrong((shown) => `${shown} is no decimal number: write 60, or 0.5`),
)

/** What a paid API's calls cost; a price that the books could not count is refused here. */
export const meter: z.ZodType<Meter> = fields({
  unit: text(),
  usd: price,
  from: text().optional(),
  divide: decimal.optional(),
  reserve: decimal.optional(),
}).transform((stated, context) => {
  // What is not stated is the meter's own to say.
  const meter = defined(stated) as Meter
  try {
    unitMeter(meter)
    return meter
  } catch (error) {
    return complain(context, () => `cannot be: ${(error as Error).message}`)
  }
})

const PATH = /^(?:(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) )?\/\S*$/

/** By path, after a method where only that is meant. */
export const meters: z.ZodType<Readonly<Record<string, Meter>>> = z
  .record(z.string(), meter)
  .transform((stated, context) => {
    for (const path of Object.keys(stated).filter((path) => !PATH.test(path))) {
      complain(context, () => 'is no path: write "/v1/batches", or "POST /v1/batches"', [path])
    }
    return stated
  })

/** What goes between two hops, or describes the body, is not a place for a credential. */
const NO_CREDENTIAL =
  /^(?:connection|host|keep-alive|te|trailer|upgrade|expect|transfer-encoding|content-.*|accept-encoding)$/i

/** The header that a paid API knows the operator by. */
export const auth: z.ZodType<{ readonly header: string; readonly value: string }> = fields({
  header: text((name) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !NO_CREDENTIAL.test(name)
      ? undefined
      : new Wrong((shown) => `${shown} is no header for a credential: write authorization, or x-api-key`),
  ),
  value: text((value) =>
    /^[\x20-\x7e]+$/.test(value) ? undefined : new Wrong(() => 'must be one line of printable ASCII'),
  ),
})
