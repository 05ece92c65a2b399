import Anthropic from '@anthropic-ai/sdk'
import { ApiError } from '@google/genai'
import { ContextOverflowError } from '@langchain/core/errors'
import {
  contextLengthExceeded,
  dieAfter,
  errorAfter,
  gate,
  rateLimited,
  serverError,
} from '@tollgate/testing'
import { APICallError } from 'ai'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { Assembly } from '../support/assembly.ts'
import { expectBooked } from '../support/openai.ts'
import { SERVED_BY, servedBy } from './dialects.ts'
import { SDKS } from './sdks/all.ts'

const QUESTION = 'What does a toll keeper do all day?'

/** What an SDK makes of an input that is too long, and of a provider that breaks down. */
interface Raised {
  readonly tooLong: object
  readonly broken: object
}

const OF_OPENAI: Raised = {
  tooLong: { constructor: OpenAI.BadRequestError, code: 'context_length_exceeded' },
  broken: { constructor: OpenAI.InternalServerError, status: 502, code: 'provider_error' },
}
const OF_AI: Raised = {
  tooLong: { constructor: APICallError, statusCode: 400, isRetryable: false },
  broken: { constructor: APICallError, statusCode: 502, isRetryable: true },
}
/** It tells by their words what no status tells, and raises the rest as the SDK below it does, which is a copy of its own. */
const OF_LANGCHAIN: Raised = { tooLong: { constructor: ContextOverflowError }, broken: { status: 502 } }

const RAISED: Readonly<Record<string, Raised>> = {
  'openai, chat': OF_OPENAI,
  'openai, responses': OF_OPENAI,
  '@anthropic-ai/sdk': {
    tooLong: { constructor: Anthropic.BadRequestError, type: 'invalid_request_error' },
    broken: { constructor: Anthropic.InternalServerError, status: 502, type: 'api_error' },
  },
  '@google/genai': {
    tooLong: { constructor: ApiError, status: 400, message: expect.stringContaining('INVALID_ARGUMENT') },
    broken: { constructor: ApiError, status: 502, message: expect.stringContaining('provider_error') },
  },
  'ai, @ai-sdk/openai': OF_AI,
  'ai, @ai-sdk/openai, chat': OF_AI,
  'ai, @ai-sdk/anthropic': OF_AI,
  'ai, @ai-sdk/google': OF_AI,
  '@langchain/openai': OF_LANGCHAIN,
  '@langchain/anthropic': OF_LANGCHAIN,
}

const MATRIX = SDKS.flatMap((sdk) => SERVED_BY.map((dialect) => [sdk.name, dialect, sdk] as const))

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
    const client = sdk.open(gateway)
    const { tooLong, broken } = RAISED[sdk.name]!
    await expect(client.ask(QUESTION)).rejects.toMatchObject(tooLong)
    await expect(client.ask(QUESTION)).rejects.toMatchObject(broken)
    expect(gateway.provider.totals()).toMatchObject({ requests: 2, nanoUsd: 0 })
    await expectBooked(gateway)
  })

  it('raises when a stream ends too early, and ends the provider’s when it leaves; what came is charged', async () => {
    // One gateway for all three: to count what nobody has told loads a vocabulary, once for each.
    const gateway = await servedBy(dialect)
    const { provider } = gateway
    const client = sdk.open(gateway)
    for (const ending of [dieAfter(5), errorAfter(5)]) {
      provider.next(ending)
      const { text, fault } = await readAll(client.deltas(QUESTION))
      expect(fault).toBeInstanceOf(Error)
      expect(text).toBe(provider.requests.at(-1)!.texts[0])
      expect(text.split(' ')).toHaveLength(5)
      await expectAtLeastBooked(gateway)
    }

    provider.next({ answerTokens: 200, pause: { afterChunks: 5, until: gate() } })
    const controller = new AbortController()
    let deltas = 0
    const read = async () => {
      for await (const _ of client.deltas(QUESTION, controller.signal)) {
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

/** Each waits as long as it does by itself, so all of one client at once. */
it.each(SDKS.map((sdk) => [sdk.name, sdk] as const))(
  '%s asks again by itself, and pays once',
  async (_, sdk) => {
    const asked = SERVED_BY.map(async (dialect) => {
      const gateway = await servedBy(dialect)
      gateway.provider.next(rateLimited({ retryAfterS: 0 }))
      const { text } = await sdk.open(gateway, { maxRetries: 1 }).ask(QUESTION)
      const { requests } = gateway.provider
      expect(requests.map(({ outcome }) => outcome)).toEqual(['refused', 'completed'])
      expect(text).toBe(requests[1]!.texts[0])
      await expectBooked(gateway)
    })
    await Promise.all(asked)
  },
)
