import type { Rates } from '@tollgate/kit/limits'
import { z } from 'zod'
import type { ModelRates, RunawayRules } from '../config.ts'
import { choice, complain, fields, leaf, Wrong } from './fields.ts'
import { duration, rate } from './leaves.ts'

/** How fast somebody may go; at least one of its fields. */
export const rates: z.ZodType<Rates> = fields({
  rpm: rate.optional(),
  tpm: rate.optional(),
  concurrency: rate.optional(),
}).transform((stated, context) => {
  const { rpm, tpm, concurrency } = stated
  if (rpm === undefined && tpm === undefined && concurrency === undefined)
    return complain(context, () => 'needs rpm, tpm or concurrency')
  return {
    ...(rpm !== undefined && { rpm }),
    ...(tpm !== undefined && { tpm }),
    ...(concurrency !== undefined && { concurrency }),
  }
})

const PATTERN = /^[A-Za-z0-9._:/@+*-]{1,200}$/

/** The wildcard patterns that the stage tier-check takes. */
export const pattern: z.ZodType<string> = leaf((value) =>
  PATTERN.test(value) ? value : new Wrong((shown) => `${shown} is not a pattern of model names`),
)

/** What holds for models of the whole org, by their patterns. */
export const models: z.ZodType<readonly ModelRates[]> = z
  .record(z.string(), fields({ rates }))
  .transform((stated, context) =>
    Object.entries(stated).map(([model, { rates }]) => {
      if (!PATTERN.test(model)) complain(context, () => 'is not a pattern of model names', [model])
      return { model, rates }
    }),
  )
  .default([])

const treatment = choice({ enforce: 'enforce', observe: 'observe', off: 'off' } as const)

const RULES: RunawayRules = {
  failures: 'enforce',
  repeats: 'observe',
  spend: 'observe',
  coolDownMs: 60_000,
}

/** What is done of callers that run away. */
export const runaway: z.ZodType<RunawayRules> = fields({
  failures: treatment.default(RULES.failures),
  repeats: treatment.default(RULES.repeats),
  spend: treatment.default(RULES.spend),
  cooldown: duration('1h').default(RULES.coolDownMs),
})
  .transform(({ cooldown: coolDownMs, ...rest }) => ({ ...rest, coolDownMs }))
  .default(RULES)
