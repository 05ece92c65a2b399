import { randomBytes } from 'node:crypto'
import { memoryCache } from '@tollgate/kit/cache'
import { semanticCache } from '@tollgate/kit/stages/semantic-cache'
import type { Routes } from '@tollgate/kit/wire'
import { describe, expect, it } from 'vitest'
import { expectBooked } from '../support/openai.ts'
import { SERVED_BY, servedBy } from './dialects.ts'
import { aiAnthropic, aiGoogle, aiOpenai, aiOpenaiChat } from './sdks/ai.ts'
import { anthropic } from './sdks/anthropic.ts'
import { google } from './sdks/google.ts'
import { langchainAnthropic, langchainOpenai } from './sdks/langchain.ts'
import { openaiChat } from './sdks/openai-chat.ts'
import { openaiResponses } from './sdks/openai-responses.ts'

const SDKS = [
  openaiChat,
  openaiResponses,
  anthropic,
  google,
  aiOpenai,
  aiOpenaiChat,
  aiAnthropic,
  aiGoogle,
  langchainOpenai,
  langchainAnthropic,
]
const MATRIX = SDKS.flatMap((sdk) => SERVED_BY.map((dialect) => [sdk.name, dialect, sdk] as const))

const QUESTION = 'What does a toll keeper do all day?'
const BOTH_TOOLS = 'Use find_bridge and price_of_passage at once.'

/** SDKs leave the temperature to the provider. */
const policy = { mode: 'exact', sampling: 'any', toolCalls: true } as const

describe.each(MATRIX)('%s, first answered by %s', (_, dialect, sdk) => {
  const gatewayWithCache = () => {
    const store = memoryCache()
    const between = (routes: Routes) => [semanticCache({ store, secret: randomBytes(32), policy, routes })]
    return servedBy(dialect, { between })
  }

  it('is answered again as it was, whole and as a stream, and nothing is booked', async () => {
    const gateway = await gatewayWithCache()
    const client = sdk.open(gateway)
    const first = await client.ask(QUESTION)
    const again = await client.ask(QUESTION)
    const streamed = await client.stream(QUESTION)
    expect(again).toEqual(first)
    expect(streamed.text).toBe(first.text)
    expect(streamed.outputTokens).toBe(first.outputTokens)
    expect(gateway.provider.totals().requests).toBe(1)
    await expectBooked(gateway)
  })

  it('streams again what it has streamed', async () => {
    const gateway = await gatewayWithCache()
    const client = sdk.open(gateway)
    const first = await client.stream(QUESTION)
    const again = await client.stream(QUESTION)
    expect(again.text).toBe(first.text)
    expect(again.outputTokens).toBe(first.outputTokens)
    expect((await client.ask(QUESTION)).text).toBe(first.text)
    expect(gateway.provider.totals().requests).toBe(1)
  })

  it('goes through a whole round of tools again', async () => {
    const gateway = await gatewayWithCache()
    const client = sdk.open(gateway)
    const first = await client.useTools(BOTH_TOOLS)
    expect(await client.useTools(BOTH_TOOLS)).toEqual(first)
    // How a client says the calls again is its own matter: with empty fields that the first answer had, say.
    expect(
      gateway.provider.requests.filter(({ rawBody }) => !/\bok\b/.test(rawBody.toString())),
    ).toHaveLength(1)
    expect(await client.streamTools(BOTH_TOOLS)).toEqual(first)
    await expectBooked(gateway)
  })
})
