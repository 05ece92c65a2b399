import { describe, expect, it } from 'vitest'
import type { Assembly } from '../support/assembly.ts'
import { expectBooked } from '../support/openai.ts'
import { SERVED_AS, SERVED_BY, servedBy } from './dialects.ts'
import { SDKS } from './sdks/all.ts'
import { CALLS, type Said } from './sdks/sdk.ts'

const MATRIX = SDKS.flatMap((sdk) => SERVED_BY.map((dialect) => [sdk.name, dialect, sdk] as const))

const QUESTION = 'What does a toll keeper do all day?'
const BOTH_TOOLS = 'Use find_bridge and price_of_passage at once.'

/** Every kind of token that its dialect counts in a way of its own. */
const KINDS = { cachedTokens: 5, cacheWriteTokens: 3, reasoningTokens: 7 }

/** The provider took every request, and what the client was told is what it counted. */
function expectTold({ provider }: Assembly, said: Said, unlike: Partial<Said> = {}): void {
  const [request] = provider.requests
  const { input, cachedInput, cacheWrite = 0, output } = request!.usage
  expect(said).toEqual({
    text: request!.texts[0],
    inputTokens: input + cachedInput + cacheWrite,
    outputTokens: output,
    ...unlike,
  })
  expect(provider.totals().nanoUsd).toBeGreaterThan(0)
}

describe.each(MATRIX)('%s, served by %s', (_, dialect, sdk) => {
  it('asks: the answer and the usage are the provider’s, and so is the charge', async () => {
    const gateway = await servedBy(dialect, { provider: KINDS })
    const said = await sdk.open(gateway).ask(QUESTION)
    expectTold(gateway, said)
    expect(said.text).toMatch(/^The \w+/)
    await expectBooked(gateway)
  })

  it('streams', async () => {
    const gateway = await servedBy(dialect, { provider: KINDS })
    const said = await sdk.open(gateway).stream(QUESTION)
    const unseen = sdk.countsInputFirst && dialect !== sdk.dialect
    expectTold(gateway, said, unseen ? { inputTokens: 0 } : {})
    expect(gateway.provider.requests[0]).toMatchObject({ streamed: true, outcome: 'completed' })
    await expectBooked(gateway)
  })

  it.each(['useTools', 'streamTools'] as const)(
    '%s: calls arrive whole, and results find their calls',
    async (use) => {
      const gateway = await servedBy(dialect)
      const { calls, text } = await sdk.open(gateway)[use](BOTH_TOOLS)
      expect(calls).toEqual(CALLS)
      expect(gateway.provider.requests.map(({ status }) => status)).toEqual([200, 200])
      expect(text).toBe(gateway.provider.requests[1]!.texts[0])
      await expectBooked(gateway)
    },
  )

  it('asks for a shape, and gets it', async () => {
    const gateway = await servedBy(dialect)
    expect(await sdk.open(gateway).shape(QUESTION)).toEqual({ vehicle: 'sample', axles: 1 })
    await expectBooked(gateway)
  })
})

it.each(MATRIX)('%s, served by %s: is answered under the name that it asked for', async (_, dialect, sdk) => {
  const gateway = await servedBy(dialect)
  await sdk.open(gateway).ask(QUESTION)
  const { body, path } = gateway.provider.requests[0]!
  const asked = dialect === 'gemini' ? path : (body as { model: string }).model
  expect(asked).toContain(SERVED_AS[dialect])
})
