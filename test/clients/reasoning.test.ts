import Anthropic from '@anthropic-ai/sdk'
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages'
import { GoogleGenAI, ThinkingLevel } from '@google/genai'
import OpenAI from 'openai'
import type { ResponseInput } from 'openai/resources/responses/responses'
import { describe, expect, it } from 'vitest'
import { type Assembly, assemble } from '../support/assembly.ts'
import { expectBooked } from '../support/openai.ts'
import { servedBy } from './dialects.ts'
import { anthropic } from './sdks/anthropic.ts'
import { google } from './sdks/google.ts'
import { langchainOpenai } from './sdks/langchain.ts'
import { openaiChat } from './sdks/openai-chat.ts'
import { openaiResponses } from './sdks/openai-responses.ts'
import { CALLS } from './sdks/sdk.ts'

const QUESTION = 'Which bridge is the oldest?'

const openaiAt = ({ url, key }: Assembly) => new OpenAI({ baseURL: url, apiKey: key.secret, maxRetries: 0 })
const anthropicAt = ({ url, key }: Assembly) =>
  new Anthropic({ baseURL: new URL(url).origin, apiKey: key.secret, maxRetries: 0 })

/** The simulated provider refuses thoughts that it has not signed: every second turn here is a witness. */
function expectAllTaken({ provider }: Assembly): void {
  expect(provider.requests.map(({ status }) => status)).toEqual([200, 200])
  expect(provider.requests[0]!.usage.reasoning).toBeGreaterThan(0)
}

describe('thoughts come back to who has thought them', () => {
  it.each([false, true])('Anthropic’s own client and provider; stream: %s', async (stream) => {
    const gateway = await servedBy('anthropic')
    const { messages } = anthropicAt(gateway)
    const thinking = { type: 'enabled', budget_tokens: 1_024 } as const
    const asking = { model: 'claude-haiku-4-5', max_tokens: 2_000, thinking }
    const said: MessageParam[] = [{ role: 'user', content: QUESTION }]
    const first = stream
      ? await messages.stream({ ...asking, messages: said }).finalMessage()
      : await messages.create({ ...asking, messages: said })
    expect(first.content.map(({ type }) => type)).toEqual(['thinking', 'text'])
    await messages.create({
      ...asking,
      messages: [
        ...said,
        { role: 'assistant', content: first.content },
        { role: 'user', content: 'And then?' },
      ],
    })
    expectAllTaken(gateway)
    expect((gateway.provider.requests[1]!.body as { messages: unknown[] }).messages[1]).toEqual({
      role: 'assistant',
      content: first.content,
    })
    await expectBooked(gateway)
  })

  it.each(['openai', 'anthropic'] as const)('a client of Responses, served by %s', async (dialect) => {
    const gateway = await assemble({
      budgets: [{ limit_usd: '10.00', period: 'daily' }],
      dialect,
      routing: (simulated) => ({
        providers: [simulated],
        routes: { 'gpt-5': [`${dialect}/${dialect === 'openai' ? 'gpt-5' : 'claude-haiku-4-5'}`] },
      }),
    })
    const { responses } = openaiAt(gateway)
    const asking = {
      model: 'gpt-5',
      store: false,
      include: ['reasoning.encrypted_content' as const],
      reasoning: { effort: 'low', summary: 'auto' } as const,
      max_output_tokens: 4_000,
    }
    const { output } = await responses.create({ ...asking, input: QUESTION })
    expect(output.map(({ type }) => type)).toEqual(['reasoning', 'message'])
    expect(output[0]).toMatchObject({
      encrypted_content: expect.any(String),
      summary: [{ text: expect.any(String) }],
    })
    const input = [{ role: 'user', content: QUESTION }, ...output, { role: 'user', content: 'And then?' }]
    await responses.create({ ...asking, input: input as ResponseInput })
    expectAllTaken(gateway)
    await expectBooked(gateway)
  })

  it('Google’s own client shows thoughts apart from the text', async () => {
    const gateway = await servedBy('gemini')
    const { models } = new GoogleGenAI({
      apiKey: gateway.key.secret,
      httpOptions: { baseUrl: new URL(gateway.url).origin },
    })
    const { candidates, usageMetadata, text } = await models.generateContent({
      model: 'gemini-2.5-pro',
      contents: QUESTION,
      config: { thinkingConfig: { includeThoughts: true } },
    })
    const [thought, said] = candidates![0]!.content!.parts!
    expect([thought!.thought, said!.thought]).toEqual([true, undefined])
    expect(text).toBe(gateway.provider.requests[0]!.texts[0])
    expect(usageMetadata!.thoughtsTokenCount).toBe(gateway.provider.requests[0]!.usage.reasoning)
    await expectBooked(gateway)
  })
})

describe('a client’s wish to think is understood by every provider', () => {
  const budgets = [{ limit_usd: '10.00', period: 'daily' as const }]

  it('Anthropic’s client, served by gemini: thoughts are told as thinking', async () => {
    const gateway = await servedBy('gemini', { budgets })
    const { content } = await anthropicAt(gateway).messages.create({
      model: 'claude-sonnet-4-5',
      max_tokens: 4_000,
      thinking: { type: 'enabled', budget_tokens: 2_048, display: 'summarized' },
      messages: [{ role: 'user', content: QUESTION }],
    })
    expect(content.map(({ type }) => type)).toEqual(['thinking', 'text'])
    await expectBooked(gateway)
  })

  it('Google’s client, served by anthropic: thinking is told as thoughts', async () => {
    const gateway = await servedBy('anthropic', { budgets })
    const { models } = new GoogleGenAI({
      apiKey: gateway.key.secret,
      httpOptions: { baseUrl: new URL(gateway.url).origin },
    })
    const { candidates } = await models.generateContent({
      model: 'gemini-3-pro-preview',
      contents: QUESTION,
      config: {
        maxOutputTokens: 8_000,
        thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.LOW },
      },
    })
    expect(candidates![0]!.content!.parts!.map(({ thought }) => thought ?? false)).toEqual([true, false])
    await expectBooked(gateway)
  })
})

/** Gemini 3 refuses calls that it has made and finds unsigned. */
it.each([
  ['openai, chat', openaiChat],
  ['openai, responses', openaiResponses],
  ['@anthropic-ai/sdk', anthropic],
  ['@google/genai', google],
  // Keeps nothing of a call but its id, its name and its arguments.
  ['@langchain/openai', langchainOpenai],
])('%s, served by Gemini 3: the signature of a call comes back with its result', async (_, sdk) => {
  for (const use of ['useTools', 'streamTools'] as const) {
    const gateway = await servedBy('gemini', {
      budgets: [{ limit_usd: '10.00', period: 'daily' }],
      routing: (simulated) => ({ providers: [simulated], routes: { '*': ['gemini/gemini-3-pro-preview'] } }),
    })
    const { calls } = await sdk.open(gateway)[use]('Use find_bridge and price_of_passage at once.')
    expect(calls).toEqual(CALLS)
    expect(gateway.provider.requests.map(({ status }) => status)).toEqual([200, 200])
    await expectBooked(gateway)
  }
})
