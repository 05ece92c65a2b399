import Anthropic from '@anthropic-ai/sdk'
import { ApiError, GoogleGenAI } from '@google/genai'
import {
  contextLengthExceeded,
  type Dialect,
  dieAfter,
  errorAfter,
  gate,
  serverError,
} from '@tollgate/testing'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { Assembly } from '../support/assembly.ts'
import { expectBooked } from '../support/openai.ts'
import { SERVED_BY, servedBy } from './dialects.ts'

const QUESTION = 'What does a toll keeper do all day?'
const MAX_TOKENS = 400

/** What each SDK makes of a failure, and how its streams are read. */
interface Failing {
  readonly name: string
  ask(gateway: Assembly): Promise<unknown>
  /** The texts of a stream, one a delta. */
  stream(gateway: Assembly, signal?: AbortSignal): AsyncGenerator<string>
  /** What it raises when the input is too long, and when the provider breaks down. */
  readonly tooLong: object
  readonly broken: object
}

const messages = [{ role: 'user' as const, content: QUESTION }]
const openaiAt = ({ url, key }: Assembly) => new OpenAI({ baseURL: url, apiKey: key.secret, maxRetries: 0 })
const anthropicAt = ({ url, key }: Assembly) =>
  new Anthropic({ baseURL: new URL(url).origin, apiKey: key.secret, maxRetries: 0 })
const googleAt = ({ url, key }: Assembly) =>
  new GoogleGenAI({ apiKey: key.secret, httpOptions: { baseUrl: new URL(url).origin } })

const chatCall = { model: 'gpt-4o-mini', messages, max_completion_tokens: MAX_TOKENS }
const chat: Failing = {
  name: 'openai, chat',
  ask: (gateway) => openaiAt(gateway).chat.completions.create(chatCall),
  async *stream(gateway, signal) {
    const options = signal ? { signal } : {}
    const stream = await openaiAt(gateway).chat.completions.create({ ...chatCall, stream: true }, options)
    for await (const { choices } of stream) if (choices[0]?.delta.content) yield choices[0].delta.content
  },
  tooLong: { constructor: OpenAI.BadRequestError, code: 'context_length_exceeded' },
  broken: { constructor: OpenAI.InternalServerError, status: 502, code: 'provider_error' },
}

const responsesCall = { model: 'gpt-4o-mini', input: QUESTION, max_output_tokens: MAX_TOKENS, store: false }
const responses: Failing = {
  ...chat,
  name: 'openai, responses',
  ask: (gateway) => openaiAt(gateway).responses.create(responsesCall),
  async *stream(gateway, signal) {
    const options = signal ? { signal } : {}
    const stream = await openaiAt(gateway).responses.create({ ...responsesCall, stream: true }, options)
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') yield event.delta
      // This SDK gives the failure of a response as an event; whoever reads it must look.
      if (event.type === 'response.failed' || event.type === 'error') throw new OpenAI.OpenAIError(event.type)
    }
  },
}

const messagesCall = { model: 'claude-sonnet-4-5', messages, max_tokens: MAX_TOKENS }
const anthropic: Failing = {
  name: '@anthropic-ai/sdk',
  ask: (gateway) => anthropicAt(gateway).messages.create(messagesCall),
  async *stream(gateway, signal) {
    const options = signal ? { signal } : {}
    const stream = await anthropicAt(gateway).messages.create({ ...messagesCall, stream: true }, options)
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') yield event.delta.text
    }
  },
  tooLong: { constructor: Anthropic.BadRequestError, type: 'invalid_request_error' },
  broken: { constructor: Anthropic.InternalServerError, status: 502, type: 'api_error' },
}

const generateCall = { model: 'gemini-2.5-flash', contents: QUESTION }
const google: Failing = {
  name: '@google/genai',
  ask: (gateway) => googleAt(gateway).models.generateContent(generateCall),
  async *stream(gateway, abortSignal) {
    const config = { maxOutputTokens: MAX_TOKENS, ...(abortSignal ? { abortSignal } : {}) }
    const stream = await googleAt(gateway).models.generateContentStream({ ...generateCall, config })
    for await (const { text } of stream) if (text) yield text
  },
  tooLong: { constructor: ApiError, status: 400, message: expect.stringContaining('INVALID_ARGUMENT') },
  broken: { constructor: ApiError, status: 502, message: expect.stringContaining('provider_error') },
}

const MATRIX = [chat, responses, anthropic, google].flatMap((sdk) =>
  SERVED_BY.map((dialect): [string, Dialect, Failing] => [sdk.name, dialect, sdk]),
)

/** All that came of a stream, and what ended it. */
async function readAll(stream: AsyncIterable<string>): Promise<{ text: string; fault: unknown }> {
  let text = ''
  try {
    for await (const delta of stream) text += delta
  } catch (fault) {
    return { text, fault }
  }
  return { text, fault: undefined }
}

/** What was generated, and what the provider has not told, is charged: an estimate that errs on its side. */
async function expectAtLeastBooked({ provider, books, atRest }: Assembly): Promise<void> {
  await atRest()
  const { nanoUsd } = provider.totals()
  expect(nanoUsd).toBeGreaterThan(0)
  expect((await books()).spent).toBeGreaterThanOrEqual(nanoUsd)
}

describe.each(MATRIX)('%s, served by %s', (_, dialect, sdk) => {
  it('raises its own class for what the caller has done wrong, and for what the provider has', async () => {
    const gateway = await servedBy(dialect)
    gateway.provider.next(contextLengthExceeded, serverError)
    await expect(sdk.ask(gateway)).rejects.toMatchObject(sdk.tooLong)
    await expect(sdk.ask(gateway)).rejects.toMatchObject(sdk.broken)
    expect(gateway.provider.totals()).toMatchObject({ requests: 2, nanoUsd: 0 })
    await expectBooked(gateway)
  })

  it('raises when a stream ends too early, and ends the provider’s when it leaves; what came is charged', async () => {
    // One gateway for all three: to count what nobody has told loads a vocabulary, once for each.
    const gateway = await servedBy(dialect)
    const { provider } = gateway
    for (const ending of [dieAfter(5), errorAfter(5)]) {
      provider.next(ending)
      const { text, fault } = await readAll(sdk.stream(gateway))
      expect(fault).toBeInstanceOf(Error)
      expect(text).toBe(provider.requests.at(-1)!.texts[0])
      expect(text.split(' ')).toHaveLength(5)
      await expectAtLeastBooked(gateway)
    }

    provider.next({ answerTokens: 200, pause: { afterChunks: 5, until: gate() } })
    const controller = new AbortController()
    let deltas = 0
    const read = async () => {
      for await (const _ of sdk.stream(gateway, controller.signal)) {
        deltas += 1
        if (deltas === 5) controller.abort()
      }
    }
    // Some SDKs raise an abort, and others just end.
    await read().catch(() => {})
    await provider.waitFor(({ requests }) => requests.at(-1)!.outcome === 'aborted')
    expect(deltas).toBe(5)
    expect(provider.openStreams).toBe(0)
    await expectAtLeastBooked(gateway)
  })
})
