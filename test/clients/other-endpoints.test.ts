import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { OpenAIEmbeddings } from '@langchain/openai'
import { EXAMPLE_PRICES } from '@tollgate/testing'
import { embedMany } from 'ai'
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
