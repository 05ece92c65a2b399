import { type SimulatedProvider, type SimulatedProviderOptions, simulatedProvider } from '@tollgate/testing'
import OpenAI from 'openai'
import { afterEach, beforeEach } from 'vitest'

export const ASK = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does it cost?' }],
}
export const STREAM = { ...ASK, stream: true as const, stream_options: { include_usage: true } }
/** How many tokens the simulated provider says to that. */
export const LENGTH = 24

/** What the SDK makes of a stream: the text so far, and the fault that ended it, if any. */
export interface ReadStream {
  readonly text: string
  readonly usage: unknown
  readonly fault?: unknown
}

/** A simulated provider for each test of a file, an SDK's client of it, and what tests of its chats do with both. */
export interface SimulatedChats {
  /** In place of the one that each test begins with. */
  start(options?: SimulatedProviderOptions): Promise<void>
  provider(): SimulatedProvider
  openai(): OpenAI
  /** Ask without an SDK. */
  post(body: object, init?: RequestInit): Promise<Response>
  lastRequest(): SimulatedProvider['requests'][number]
  readStream(body?: typeof STREAM): Promise<ReadStream>
}

export function simulatedChats(): SimulatedChats {
  let provider: SimulatedProvider
  let openai: OpenAI
  const start = async (options?: SimulatedProviderOptions) => {
    provider = await simulatedProvider(options)
    openai = new OpenAI({ baseURL: provider.url, apiKey: 'any', maxRetries: 0 })
  }
  beforeEach(() => start())
  afterEach(() => provider.close())

  return {
    start,
    provider: () => provider,
    openai: () => openai,
    post: (body, init = {}) =>
      fetch(`${provider.url}/chat/completions`, { method: 'POST', body: JSON.stringify(body), ...init }),
    lastRequest: () => provider.requests.at(-1)!,
    async readStream(body = STREAM) {
      let text = ''
      let usage: unknown
      try {
        for await (const chunk of await openai.chat.completions.create(body)) {
          text += chunk.choices[0]?.delta.content ?? ''
          usage = chunk.usage ?? usage
        }
        return { text, usage }
      } catch (fault) {
        return { text, usage, fault }
      }
    },
  }
}
