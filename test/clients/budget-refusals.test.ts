import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { ApiError, GoogleGenAI } from '@google/genai'
import { ChatAnthropic } from '@langchain/anthropic'
import { ChatOpenAI } from '@langchain/openai'
import { APICallError, generateText, type LanguageModel } from 'ai'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { Assembly } from '../support/assembly.ts'
import { servedBy } from './dialects.ts'

const QUESTION = 'What does a toll keeper do all day?'
const messages = [{ role: 'user' as const, content: QUESTION }]
const CAP = 1_000

/** Less than any answer of this length can cost. */
const budgets = [{ limit_usd: '0.000001', period: 'daily' as const }]

type Ask = (gateway: Assembly) => Promise<unknown>

const originOf = ({ url }: Assembly) => new URL(url).origin

const askAi = (model: LanguageModel) => generateText({ model, prompt: QUESTION, maxOutputTokens: CAP })

describe('budget_exceeded is raised once, as the SDK’s own error', () => {
  const SDKS: readonly (readonly [name: string, ask: Ask, error: object])[] = [
    [
      'openai, responses',
      ({ url, key }) =>
        new OpenAI({ baseURL: url, apiKey: key.secret }).responses.create({
          model: 'gpt-4o-mini',
          input: QUESTION,
          max_output_tokens: CAP,
        }),
      { constructor: OpenAI.RateLimitError, code: 'budget_exceeded', type: 'insufficient_quota' },
    ],
    [
      '@anthropic-ai/sdk',
      (gateway) =>
        new Anthropic({ baseURL: originOf(gateway), apiKey: gateway.key.secret }).messages.create({
          model: 'claude-sonnet-4-5',
          max_tokens: CAP,
          messages,
        }),
      {
        constructor: Anthropic.RateLimitError,
        type: 'rate_limit_error',
        error: { error: { code: 'budget_exceeded' } },
      },
    ],
    [
      '@google/genai',
      (gateway) =>
        new GoogleGenAI({
          apiKey: gateway.key.secret,
          httpOptions: { baseUrl: originOf(gateway) },
        }).models.generateContent({
          model: 'gemini-2.5-flash',
          contents: QUESTION,
          config: { maxOutputTokens: CAP },
        }),
      { constructor: ApiError, status: 429, message: expect.stringContaining('"reason":"budget_exceeded"') },
    ],
  ]

  it.each(SDKS)('%s', async (_, ask, error) => {
    const gateway = await servedBy('openai', { budgets })
    await expect(ask(gateway)).rejects.toMatchObject({ status: 429, ...error })
    await expect(ask(gateway)).rejects.toThrow(/Tollgate: key .+ daily budget/)
    expect(gateway.answered.map(({ status }) => status)).toEqual([429, 429])
    expect(gateway.provider.totals().requests).toBe(0)
  })
})

/** These repeat every 429, whatever it says: the recipe is a 402. */
describe('as 402 it is raised once by those who do not ask x-should-retry', () => {
  const AI: readonly (readonly [name: string, ask: Ask])[] = [
    [
      'ai, @ai-sdk/openai',
      ({ url, key }) => askAi(createOpenAI({ baseURL: url, apiKey: key.secret })('gpt-4o')),
    ],
    [
      'ai, @ai-sdk/anthropic',
      ({ url, key }) => askAi(createAnthropic({ baseURL: url, apiKey: key.secret })('claude-sonnet-4-5')),
    ],
    [
      'ai, @ai-sdk/google',
      (gateway) =>
        askAi(
          createGoogle({ baseURL: `${originOf(gateway)}/v1beta`, apiKey: gateway.key.secret })(
            'gemini-2.5-flash',
          ),
        ),
    ],
  ]
  const LANGCHAIN: readonly (readonly [name: string, ask: Ask])[] = [
    [
      '@langchain/openai',
      ({ url, key }) =>
        new ChatOpenAI({
          model: 'gpt-4o-mini',
          apiKey: key.secret,
          maxTokens: CAP,
          configuration: { baseURL: url },
        }).invoke(QUESTION),
    ],
    [
      '@langchain/anthropic',
      (gateway) =>
        new ChatAnthropic({
          model: 'claude-sonnet-4-5',
          apiKey: gateway.key.secret,
          maxTokens: CAP,
          anthropicApiUrl: originOf(gateway),
        }).invoke(QUESTION),
    ],
  ]
  const paymentRequired = { budgets, reserve: { refusals: { status: 402 as const } } }

  it.each(AI)('%s', async (_, ask) => {
    const gateway = await servedBy('openai', paymentRequired)
    const error: unknown = await ask(gateway).catch((error: unknown) => error)
    expect(APICallError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ statusCode: 402, message: expect.stringContaining('Tollgate: key') })
    expect(gateway.answered).toHaveLength(1)
  })

  it.each(LANGCHAIN)('%s', async (_, ask) => {
    const gateway = await servedBy('openai', paymentRequired)
    await expect(ask(gateway)).rejects.toMatchObject({ status: 402 })
    expect(gateway.answered).toHaveLength(1)
  })
})
