import Anthropic from '@anthropic-ai/sdk'
import { ApiError, GoogleGenAI } from '@google/genai'
import type { Middleware } from '@tollgate/kit/core'
import type { Dialect } from '@tollgate/testing'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { Assembly } from '../support/assembly.ts'
import { expectBooked } from '../support/openai.ts'
import { servedBy } from './dialects.ts'

const QUESTION = 'What does a toll keeper do all day?'
const messages = [{ role: 'user' as const, content: QUESTION }]

type Headers = Record<string, string>
type Ask = (gateway: Assembly, headers: Headers) => Promise<unknown>

const chat =
  (fields: object): Ask =>
  ({ url, key }, headers) =>
    new OpenAI({ baseURL: url, apiKey: key.secret, maxRetries: 0 }).chat.completions.create(
      { model: 'gpt-4o-mini', messages, ...fields },
      { headers },
    )

const generate: Ask = ({ url, key }, headers) =>
  new GoogleGenAI({
    apiKey: key.secret,
    httpOptions: { baseUrl: new URL(url).origin, headers },
  }).models.generateContent({ model: 'gemini-2.5-flash', contents: QUESTION, config: { topK: 3 } })

/** An older client: its version of the API has sampling, and the newest has not. */
const message: Ask = ({ url, key }, headers) =>
  new Anthropic({ baseURL: new URL(url).origin, apiKey: key.secret, maxRetries: 0 }).messages.create(
    {
      model: 'claude-sonnet-4-5',
      max_tokens: 100,
      messages,
      top_k: 3,
    } as Anthropic.MessageCreateParamsNonStreaming,
    { headers: { 'anthropic-version': '2023-06-01', ...headers } },
  )

const LOSSY: readonly (readonly [what: string, dialect: Dialect, ask: Ask, error: object, lost: string])[] = [
  ['a seed, asked of Chat', 'anthropic', chat({ seed: 7 }), { constructor: OpenAI.BadRequestError }, 'seed'],
  [
    'the bias of a token, asked of Chat',
    'gemini',
    chat({ logit_bias: { 50256: -100 } }),
    { constructor: OpenAI.BadRequestError },
    'logit_bias',
  ],
  ['top_k, asked of Messages', 'openai', message, { constructor: Anthropic.BadRequestError }, 'top_k'],
  ['topK, asked of Gemini', 'openai', generate, { constructor: ApiError }, 'top_k'],
]

describe.each(LOSSY)('%s, served by %s', (_, dialect, ask, error, lost) => {
  it('strict: is refused with 400, and never seen by the provider', async () => {
    const gateway = await servedBy(dialect)
    const asked = ask(gateway, { 'x-tollgate-translation': 'strict' })
    await expect(asked).rejects.toMatchObject({ ...error, status: 400 })
    await expect(asked).rejects.toThrow(/speaks another dialect/)
    expect(gateway.provider.totals().requests).toBe(0)
    await expectBooked(gateway)
  })

  it('otherwise: goes without it, says so, and the provider gets nothing that it would refuse', async () => {
    const told: unknown[] = []
    const listen: Middleware = (_req, res, next) => {
      res.once('finish', () => told.push(res.getHeader('x-tollgate-lost')))
      next()
    }
    const gateway = await servedBy(dialect, { before: [listen] })
    await ask(gateway, {})
    const [request] = gateway.provider.requests
    expect(request).toMatchObject({ status: 200 })
    expect(JSON.stringify(request!.body)).not.toMatch(/seed|logit_bias|top_?k/i)
    await expectBooked(gateway)
    expect(told).toEqual([lost])
  })
})

describe('what OpenAI has stored', () => {
  const goOn: Ask = ({ url, key }) =>
    new OpenAI({ baseURL: url, apiKey: key.secret, maxRetries: 0 }).responses.create({
      model: 'gpt-4o-mini',
      input: 'And then?',
      previous_response_id: 'resp_1',
      max_output_tokens: 100,
    })

  it.each(['anthropic', 'gemini'] as const)(
    'is refused where %s serves, without being asked',
    async (dialect) => {
      // What is stored may be as long as a context window, and is reserved for before anybody looks where it goes.
      const gateway = await servedBy(dialect, { budgets: [{ limit_usd: '10.00', period: 'daily' }] })
      await expect(goOn(gateway, {})).rejects.toMatchObject({
        constructor: OpenAI.BadRequestError,
        param: 'previous_response_id',
      })
      expect(gateway.provider.totals().requests).toBe(0)
      await expectBooked(gateway)
    },
  )

  it('is refused where OpenAI serves, which keeps it for everybody with its key', async () => {
    const gateway = await servedBy('openai')
    await expect(goOn(gateway, {})).rejects.toMatchObject({
      constructor: OpenAI.BadRequestError,
      param: 'previous_response_id',
    })
    expect(gateway.provider.totals().requests).toBe(0)
    await expectBooked(gateway)
  })

  it('is asked of OpenAI where all callers are one tenant, and its answer passes', async () => {
    const gateway = await servedBy('openai', {
      routing: (simulated) => ({ providers: [{ ...simulated, conversations: 'shared' }] }),
    })
    await expect(goOn(gateway, {})).rejects.toMatchObject({ code: 'previous_response_not_found' })
    expect(gateway.provider.totals()).toMatchObject({ requests: 1, nanoUsd: 0 })
    await expectBooked(gateway)
  })
})
