import { expect, it } from 'vitest'
import type { Tokenizer } from '../../meter/tokenizer.ts'
import { completions } from '../../wire/openai/completions.ts'
import { embeddings } from '../../wire/openai/embeddings.ts'
import { parseCall } from '../../wire/receive.ts'
import { overCaps } from './caps.ts'

/** A token a text. */
const tokenizer: Tokenizer = { count: async (texts) => texts.length, close: async () => {} }

it.each([
  ['/v1/embeddings', embeddings, { input: [11, 12, 13] }, 3],
  [
    '/v1/embeddings',
    embeddings,
    {
      input: [
        [11, 12],
        [13, 14],
      ],
    },
    4,
  ],
  ['/v1/completions', completions, { prompt: [11, 12, 13] }, 3],
  ['/v1/completions', completions, { prompt: 'a', suffix: 'b' }, 2],
] as const)('tokens count by their numbers as by their texts: %s', async (path, format, input, tokens) => {
  const call = parseCall(Buffer.from(JSON.stringify({ model: 'm', ...input })), path, format)!
  const refused = await overCaps(call, { maxInputTokens: tokens - 1 }, tokenizer)
  expect(refused?.message).toContain(`this one has ${tokens}.`)
  expect(await overCaps(call, { maxInputTokens: tokens }, tokenizer)).toBeUndefined()
})
