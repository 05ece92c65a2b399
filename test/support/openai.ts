import OpenAI, { APIError } from 'openai'
import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { expect } from 'vitest'
import type { Assembly } from './assembly.ts'

/** The real client, told nothing but where to go and with which key. */
export const clientOf = (
  { url, key }: Assembly,
  options: ConstructorParameters<typeof OpenAI>[0] = {},
): OpenAI => new OpenAI({ baseURL: url, apiKey: key.secret, ...options })

export const model = 'gpt-4o-mini'
export const messages = [{ role: 'user' as const, content: 'What does a toll keeper do all day?' }]
export const budgets = [{ limit_usd: '1.00', period: 'daily' as const }]

/** Output at $100 a million and free input: a call with a cap of 1,000 tokens reserves $0.10. */
export const flat = { flat: { input: '0', output: '100' } }
export const flatCall = { model: 'flat', messages, max_tokens: 1000, metadata: { answer_tokens: '1000' } }

/** The books have what the provider counted, and hold nothing. */
export async function expectBooked({ provider, books, atRest }: Assembly): Promise<void> {
  await atRest()
  expect(await books()).toMatchObject({ spent: provider.totals().nanoUsd, reserved: 0, unconfirmed: 0 })
}

/** The error that a call ends with. */
export async function errorOf(call: PromiseLike<unknown>): Promise<APIError> {
  return Promise.resolve(call).then(
    () => expect.unreachable('the call was answered'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(APIError)
      return error as APIError
    },
  )
}

export async function collect(stream: AsyncIterable<ChatCompletionChunk>): Promise<ChatCompletionChunk[]> {
  const chunks: ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

export const textOf = (chunks: readonly ChatCompletionChunk[]) =>
  chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
