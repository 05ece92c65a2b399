import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { OpenAIEmbeddings } from '@langchain/openai'
import { EXAMPLE_PRICES, serverError } from '@tollgate/testing'
import { embed, embedMany } from 'ai'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { type Assembly, assemble, PROVIDER_KEY } from '../support/assembly.ts'
import { expectBooked } from '../support/openai.ts'
import { servedBy } from './dialects.ts'
import { TOOLS } from './sdks/sdk.ts'

const TEXTS = ['one toll', 'two tolls of the same bridge']
const budgets = [{ limit_usd: '1.00', period: 'daily' as const }]

const embedding = (dialect: 'openai' | 'gemini') =>
  assemble({ budgets, prices: EXAMPLE_PRICES, dialect, provider: { apiKey: PROVIDER_KEY } })

const googleAt = ({ url, key }: Assembly) =>
  new GoogleGenAI({ apiKey: key.secret, httpOptions: { baseUrl: new URL(url).origin } })

async function expectEmbedded(gateway: Assembly, vectors: readonly (readonly number[])[]): Promise<void> {
  expect(vectors).toHaveLength(TEXTS.length)
  for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 4)
  expect(gateway.provider.totals().inputTokens).toBeGreaterThan(TEXTS.length)
  expect(gateway.provider.totals().nanoUsd).toBeGreaterThan(0)
  await expectBooked(gateway)
}

describe('embeddings', () => {
  it('@google/genai', async () => {
    const gateway = await embedding('gemini')
    const { embeddings } = await googleAt(gateway).models.embedContent({
      model: 'gemini-embedding-001',
      contents: TEXTS,
    })
    await expectEmbedded(
      gateway,
      embeddings!.map(({ values }) => values!),
    )
  })

  it('ai, @ai-sdk/google', async () => {
    const gateway = await embedding('gemini')
    const google = createGoogle({
      baseURL: `${new URL(gateway.url).origin}/v1beta`,
      apiKey: gateway.key.secret,
    })
    const model = google.embedding('gemini-embedding-001')
    const { embeddings } = await embedMany({ model, values: TEXTS, maxRetries: 0 })
    await expectEmbedded(gateway, embeddings)
  })

  it('ai, @ai-sdk/openai', async () => {
    const gateway = await embedding('openai')
    const openai = createOpenAI({ baseURL: gateway.url, apiKey: gateway.key.secret })
    const model = openai.embedding('text-embedding-3-small')
    const { embeddings } = await embedMany({ model, values: TEXTS, maxRetries: 0 })
    await expectEmbedded(gateway, embeddings)
  })

  it('@langchain/openai', async () => {
    const gateway = await embedding('openai')
    const model = new OpenAIEmbeddings({
      model: 'text-embedding-3-small',
      apiKey: gateway.key.secret,
      maxRetries: 0,
      configuration: { baseURL: gateway.url },
    })
    await expectEmbedded(gateway, await model.embedDocuments(TEXTS))
  })
})

describe('embeddings, served by a provider of another dialect', () => {
  const crossing = (dialect: 'openai' | 'gemini', model: string) =>
    assemble({
      budgets,
      prices: EXAMPLE_PRICES,
      dialect,
      provider: { apiKey: PROVIDER_KEY },
      routing: (simulated) => ({ providers: [simulated], routes: { '*': [`${simulated.name}/${model}`] } }),
    })
  const byGoogle = () => crossing('gemini', 'gemini-embedding-001')
  const byOpenai = () => crossing('openai', 'text-embedding-3-small')
  const openaiAt = ({ url, key }: Assembly) => new OpenAI({ baseURL: url, apiKey: key.secret, maxRetries: 0 })

  it('openai: base64, which it asks for by itself, and floats are the same vectors', async () => {
    const gateway = await byGoogle()
    const { embeddings } = openaiAt(gateway)
    const asking = { model: 'text-embedding-3-small', input: TEXTS }
    const { data, model, usage } = await embeddings.create(asking)
    await expectEmbedded(
      gateway,
      data.map(({ embedding }) => embedding),
    )
    expect([model, usage.prompt_tokens]).toEqual([asking.model, gateway.provider.totals().inputTokens])
    const floats = await embeddings.create({ ...asking, encoding_format: 'float', dimensions: 256 })
    expect(floats.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 256],
      [1, 256],
    ])
    await expectBooked(gateway)
  })

  it('ai, @ai-sdk/openai', async () => {
    const gateway = await byGoogle()
    const openai = createOpenAI({ baseURL: gateway.url, apiKey: gateway.key.secret })
    const model = openai.embedding('text-embedding-3-small')
    const { embeddings } = await embedMany({ model, values: TEXTS, maxRetries: 0 })
    await expectEmbedded(gateway, embeddings)
  })

  it('@langchain/openai', async () => {
    const gateway = await byGoogle()
    const model = new OpenAIEmbeddings({
      model: 'text-embedding-3-small',
      apiKey: gateway.key.secret,
      maxRetries: 0,
      configuration: { baseURL: gateway.url },
    })
    await expectEmbedded(gateway, await model.embedDocuments(TEXTS))
  })

  it('@google/genai', async () => {
    const gateway = await byOpenai()
    const { embeddings } = await googleAt(gateway).models.embedContent({
      model: 'gemini-embedding-001',
      contents: TEXTS,
      config: { outputDimensionality: 128 },
    })
    expect(embeddings!.map(({ values }) => values!.length)).toEqual([128, 128])
    await expectEmbedded(
      gateway,
      embeddings!.map(({ values }) => values!),
    )
  })

  it('ai, @ai-sdk/google, one and several', async () => {
    const gateway = await byOpenai()
    const google = createGoogle({
      baseURL: `${new URL(gateway.url).origin}/v1beta`,
      apiKey: gateway.key.secret,
    })
    const model = google.embedding('gemini-embedding-001')
    const { embedding } = await embed({ model, value: TEXTS[0]!, maxRetries: 0 })
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 4)
    const { embeddings } = await embedMany({ model, values: TEXTS, maxRetries: 0 })
    await expectEmbedded(gateway, embeddings)
  })

  it('says what is lost, refuses what cannot be said, and raises what the provider says', async () => {
    const gateway = await byGoogle()
    const { embeddings } = openaiAt(gateway)
    const model = 'text-embedding-3-small'
    const { response } = await embeddings.create({ model, input: 'toll', user: 'ada' }).withResponse()
    expect(response.headers.get('x-tollgate-lost')).toBe('end_user')
    const asked = gateway.provider.totals().requests
    await expect(embeddings.create({ model, input: [1, 2, 3] })).rejects.toMatchObject({
      status: 400,
      param: 'input',
    })
    expect(gateway.provider.totals().requests).toBe(asked)
    gateway.provider.next(serverError)
    await expect(embeddings.create({ model, input: 'toll' })).rejects.toMatchObject({ status: 502 })
    await expectBooked(gateway)
  })

  it('a dialect that has none is refused in so many words, and nothing is sent', async () => {
    const gateway = await servedBy('anthropic')
    const asking = openaiAt(gateway).embeddings.create({ model: 'text-embedding-3-small', input: 'toll' })
    await expect(asking).rejects.toMatchObject({ status: 404, code: 'endpoint_not_found' })
    expect(gateway.provider.totals().requests).toBe(0)
  })
})

/** They cost nothing, and tell beforehand what an answer's input will be. */
describe('counting tokens', () => {
  it('@anthropic-ai/sdk', async () => {
    const gateway = await servedBy('anthropic')
    const { messages } = new Anthropic({ baseURL: new URL(gateway.url).origin, apiKey: gateway.key.secret })
    const tools = TOOLS.map(({ name, schema }) => ({ name, input_schema: { ...schema } }))
    const asking = {
      model: 'claude-haiku-4-5',
      tools,
      messages: [{ role: 'user' as const, content: TEXTS[0]! }],
    }
    const { input_tokens } = await messages.countTokens(asking)
    expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
    const { usage } = await messages.create({ ...asking, max_tokens: 50 })
    expect(usage.input_tokens).toBe(input_tokens)
    await expectBooked(gateway)
  })

  it('@google/genai', async () => {
    const gateway = await servedBy('gemini')
    const { models } = googleAt(gateway)
    const asking = { model: 'gemini-2.5-pro', contents: TEXTS[0]! }
    const { totalTokens } = await models.countTokens(asking)
    expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
    const { usageMetadata } = await models.generateContent(asking)
    expect(usageMetadata!.promptTokenCount).toBe(totalTokens)
    await expectBooked(gateway)
  })
})
