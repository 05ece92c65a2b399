import { Tiktoken } from 'js-tiktoken/lite'
import o200k from 'js-tiktoken/ranks/o200k_base'
import OpenAI from 'openai'
import { beforeEach, describe, expect, it } from 'vitest'
import { throughout } from '../../../../test/support/throughout.ts'
import { simulatedProvider } from '../simulated-provider.ts'

const tiktoken = new Tiktoken(o200k)
const tokens = (text: string) => tiktoken.encode(text, [], []).length

const provider = throughout(() => simulatedProvider({ apiKey: 'sk-real' }))
const openai = () => new OpenAI({ baseURL: provider().url, apiKey: 'sk-real', maxRetries: 0 })
beforeEach(() => provider().reset())

const lastRequest = () => provider().requests.at(-1)!

describe('completions', () => {
  const PROMPT = { model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon a time' }

  it('answer, capped at sixteen tokens when nobody says otherwise', async () => {
    const { choices, usage, object } = await openai().completions.create(PROMPT)
    expect(object).toBe('text_completion')
    expect(choices[0]!.finish_reason).toBe('length')
    expect(usage).toMatchObject({ prompt_tokens: tokens(PROMPT.prompt), completion_tokens: 16 })
    expect(tokens(choices[0]!.text)).toBe(16)
  })

  it('bill all of best_of and show n, for every prompt', async () => {
    const { choices, usage } = await openai().completions.create({
      ...PROMPT,
      prompt: ['one', 'two'],
      n: 2,
      best_of: 5,
      max_tokens: 7,
    })
    expect(choices).toHaveLength(4)
    expect(usage!.completion_tokens).toBe(2 * 5 * 7)
  })

  it('stream', async () => {
    let text = ''
    const stream = await openai().completions.create({
      ...PROMPT,
      stream: true,
      stream_options: { include_usage: true },
    })
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? ''
    expect(text).toBe((await openai().completions.create(PROMPT)).choices[0]!.text)
  })
})

describe('embeddings', () => {
  const SMALL = { model: 'text-embedding-3-small' }
  const length = (vector: number[]) => Math.hypot(...vector)
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0)

  it('are unit vectors, the same in base64 and as floats', async () => {
    const input = ['a budget for the team', 'the budget for a team', 'пароход']
    const decoded = await openai().embeddings.create({ ...SMALL, input })
    const floats = await openai().embeddings.create({ ...SMALL, input, encoding_format: 'float' })
    expect(provider().requests[0]!.body).toMatchObject({ encoding_format: 'base64' })
    expect(decoded.data).toEqual(floats.data)
    const [one, two, three] = floats.data.map(({ embedding }) => embedding)
    expect(one).toHaveLength(1536)
    for (const vector of [one!, two!, three!]) expect(length(vector)).toBeCloseTo(1, 5)
    expect(dot(one!, two!)).toBeCloseTo(1, 5)
    expect(Math.abs(dot(one!, three!))).toBeLessThan(0.5)
    const count = input.reduce((sum, text) => sum + tokens(text), 0)
    expect(floats.usage).toEqual({ prompt_tokens: count, total_tokens: count })
    expect(lastRequest().nanoUsd).toBe(count * 20)
  })

  it('have the dimensions that are asked for, and take tokens for text', async () => {
    const { data, usage } = await openai().embeddings.create({ ...SMALL, input: [1, 2, 3], dimensions: 256 })
    expect(data[0]!.embedding).toHaveLength(256)
    expect(usage.prompt_tokens).toBe(3)
    const large = await openai().embeddings.create({ model: 'text-embedding-3-large', input: 'x' })
    expect(large.data[0]!.embedding).toHaveLength(3072)
  })
})
