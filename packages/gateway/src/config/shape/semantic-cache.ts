import type { z } from 'zod'
import type { EmbedderRule, JudgeRule } from '../semantic-rules.ts'
import { defined } from './defined.ts'
import { choice, complain, fields, leaf, text, Wrong } from './fields.ts'

/** A share that is written as one: 0.02. */
export const delta: z.ZodType<number> = leaf((value) => {
  const share = /^0?\.\d{1,6}$/.test(value) ? Number(value) : Number.NaN
  return share > 0 && share <= 0.2
    ? share
    : new Wrong((shown) => `must be a share above 0 and at most 0.2, like 0.02 for 2 %, not ${shown}`)
})

const dimensions = leaf((value) => {
  const count = /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN
  return count >= 1 && count <= 4096
    ? count
    : new Wrong((shown) => `must be a whole number from 1 to 4096, not ${shown}`)
})

/** OpenAI's smallest, at a third of its length: https://platform.openai.com/docs/guides/embeddings */
const USUAL = { model: 'text-embedding-3-small', dimensions: 512 }

export const embedder: z.ZodType<EmbedderRule> = fields({
  provider: text().optional(),
  path: text().optional(),
  model: text().optional(),
  dimensions: dimensions.optional(),
  prefix: text().optional(),
  pooling: choice({ mean: 'mean', cls: 'cls', last_token: 'last_token' } as const).optional(),
}).transform((stated, context): EmbedderRule => {
  const { provider, path, model, dimensions, prefix, pooling } = stated
  if ((provider === undefined) === (path === undefined))
    return complain(
      context,
      () => 'needs one of provider (one of this file) and path (a folder of models here)',
    )
  if (provider !== undefined) return { at: 'provider', provider, ...USUAL, ...defined({ model, dimensions }) }
  if (model === undefined || dimensions === undefined)
    return complain(context, () => 'needs model and dimensions beside path')
  return { at: 'here', modelPath: path!, model, dimensions, prefix, pooling }
})

export const judge: z.ZodType<JudgeRule> = fields({ provider: text(), model: text(), team: text() })
