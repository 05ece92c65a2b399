import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { vertexProvider } from '@tollgate/kit/wire'
import { EXAMPLE_PRICES } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { type Assembly, assemble } from '../support/assembly.ts'
import { budgets, clientOf, collect, expectBooked, messages, textOf } from '../support/openai.ts'

const TOKEN = 'ya29.a-token-of-googles'
const PLACE = '/v1/projects/acme/locations/europe-west4/publishers'

function vertex() {
  return assemble({
    budgets,
    prices: EXAMPLE_PRICES,
    provider: { apiKey: TOKEN },
    routing: ({ baseUrl }) => ({
      providers: [
        vertexProvider({
          project: 'acme',
          location: 'europe-west4',
          token: () => TOKEN,
          baseUrl: new URL(baseUrl).origin,
        }),
      ],
      routes: { gemini: ['vertex/gemini-2.5-flash'], claude: ['vertex/claude-haiku-4-5'] },
    }),
  })
}

const anthropic = ({ url, key }: Assembly) =>
  new Anthropic({ baseURL: url.replace(/\/v1$/, ''), apiKey: key.secret, maxRetries: 0 })

const google = ({ url, key }: Assembly) =>
  new GoogleGenAI({ apiKey: key.secret, httpOptions: { baseUrl: url.replace(/\/v1$/, '') } })

describe('Gemini on Vertex AI', () => {
  it('serves Google’s own client', async () => {
    const assembly = await vertex()
    const { text } = await google(assembly).models.generateContent({ model: 'gemini', contents: 'Hello' })
    const [request] = assembly.provider.requests
    expect(text).toBe(request?.texts[0])
    expect(request?.path).toBe(`${PLACE}/google/models/gemini-2.5-flash:generateContent?`.replace(/\?$/, ''))
    expect(request?.headers.authorization).toBe(`Bearer ${TOKEN}`)
    expect(request?.headers['x-goog-api-key']).toBeUndefined()
    await expectBooked(assembly)
  })

  it('serves OpenAI’s client, streamed', async () => {
    const assembly = await vertex()
    const stream = await clientOf(assembly).chat.completions.create({
      model: 'gemini',
      messages,
      stream: true,
    })
    expect(textOf(await collect(stream))).toBe(assembly.provider.requests[0]?.texts[0])
    await expectBooked(assembly)
  })
})

describe('Claude on Vertex AI', () => {
  it('serves Anthropic’s client: the path has the model, and the body a version', async () => {
    const assembly = await vertex()
    const answer = await anthropic(assembly).messages.create({ model: 'claude', max_tokens: 50, messages })
    const [request] = assembly.provider.requests
    expect(answer.content).toMatchObject([{ type: 'text', text: request?.texts[0] }])
    expect(request?.path).toBe(`${PLACE}/anthropic/models/claude-haiku-4-5:rawPredict`)
    expect(request?.body).not.toHaveProperty('model')
    expect(request?.body).toMatchObject({ anthropic_version: 'vertex-2023-10-16', max_tokens: 50 })
    await expectBooked(assembly)
  })

  it('streams', async () => {
    const assembly = await vertex()
    const stream = anthropic(assembly).messages.stream({ model: 'claude', max_tokens: 50, messages })
    const answer = await stream.finalMessage()
    const [request] = assembly.provider.requests
    expect(answer.content).toMatchObject([{ text: request?.texts[0] }])
    expect(request?.path).toMatch(/:streamRawPredict$/)
    await expectBooked(assembly)
  })

  it('counts tokens, free of charge', async () => {
    const assembly = await vertex()
    const { input_tokens: tokens } = await anthropic(assembly).messages.countTokens({
      model: 'claude',
      messages,
    })
    expect(tokens).toBeGreaterThan(0)
    expect(assembly.provider.requests[0]?.path).toMatch(/\/count-tokens:rawPredict$/)
    await expectBooked(assembly)
  })

  it('serves OpenAI’s client', async () => {
    const assembly = await vertex()
    const answer = await clientOf(assembly).chat.completions.create({ model: 'claude', messages })
    expect(answer.choices[0]?.message.content).toBe(assembly.provider.requests[0]?.texts[0])
    await expectBooked(assembly)
  })
})
