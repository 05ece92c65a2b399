import { costOf, type Price, priceBook } from '@tollgate/kit/meter'
import { FORMATS, presetNamed, spokenBy, type Usage } from '@tollgate/kit/wire'
import { describe, expect, it } from 'vitest'
import { readResponseUsage } from '../../packages/kit/src/wire/openai/realtime/usage.ts'
import { ANTHROPIC } from './golden/anthropic.ts'
import { BEDROCK } from './golden/bedrock.ts'
import { GEMINI } from './golden/gemini.ts'
import { OPENAI } from './golden/openai.ts'
import { OPENAI_DIALECT } from './golden/openai-dialect.ts'
import { OPENAI_MEDIA } from './golden/openai-media.ts'
import { REALTIME_SESSIONS } from './golden/realtime.ts'
import type { Vector } from './golden/vector.ts'

const VECTORS: Readonly<Record<string, readonly Vector[]>> = {
  openai: OPENAI,
  'in OpenAI’s sessions': REALTIME_SESSIONS,
  'openai, pictures and sound': OPENAI_MEDIA,
  'in OpenAI’s dialect': OPENAI_DIALECT,
  anthropic: ANTHROPIC,
  gemini: GEMINI,
  bedrock: BEDROCK,
}

/**
 * What a caller is charged is what the provider bills, to the nano-USD: from its own answer, as it passes, to the charge.
 *
 * @see PAINS P14: LiteLLM #9812, #14849, #40006, #30135, #37046, #13810, #35829: cached, reasoning, tier and batch tokens
 * mispriced.
 */
describe.each(Object.entries(VECTORS))('P14: %s', (_, vectors) => {
  it.each(vectors)('$provider: $name', ({ provider, endpoint, prices, said, working, nanoUsd }) => {
    expect(nanoUsd).toBe(worked(working))
    const book = priceBook({ overrides: prices })
    const priceOf = (model: string): Price => book.price({ provider, model })!
    const usage = usageOf(provider, endpoint, said)
    expect(usage).toBeDefined()
    expect(costOf(usage!, priceOf(Object.keys(prices)[0]!), priceOf)).toBe(nanoUsd)
  })
})

it('there are sixty at the least, each with the page that it goes by, and no two alike', () => {
  const all = Object.values(VECTORS).flat()
  expect(all.length).toBeGreaterThanOrEqual(60)
  expect(all.filter(({ rule }) => !/^https:\/\/\S+$/.test(rule))).toEqual([])
  expect(new Set(all.map(({ provider, name }) => `${provider}: ${name}`)).size).toBe(all.length)
})

/** Usage, read as it is where answers pass, in the words of whoever said it. */
function usageOf(provider: string, endpoint: Vector['endpoint'], said: Vector['said']): Usage | undefined {
  // A session has no format: its events are read by a reader of its own.
  if (endpoint === 'realtime') return readResponseUsage((said as { usage?: unknown }).usage)
  const spoken = FORMATS.find((each) => each.endpoint === endpoint)!
  const quirks = presetNamed(provider)?.quirks
  const format = quirks ? spokenBy({ quirks }, spoken) : spoken
  if (!Array.isArray(said)) {
    const reader = format.answerReader()
    reader.push(Buffer.from(JSON.stringify(said)))
    return reader.end().usage
  }
  const reader = format.streamReader({ hideUsage: false })
  for (const event of said as readonly { type?: string }[]) {
    const name = event.type ? `event: ${event.type}\n` : ''
    reader.push(Buffer.from(`${name}data: ${JSON.stringify(event)}\n\n`))
  }
  reader.end()
  return reader.usage
}

/** The sum of a working in nano-USD, rounded up: `18 × 0.15 + 9 × 0.60` is 8,100. In integers, apart from what is tested. */
function worked(working: string): number {
  const PLACES = 10
  const sum = working
    .split(' + ')
    .map((term) => {
      const [count = '', each = ''] = term.split(' × ')
      const [whole = '', fraction = ''] = each.split('.')
      return BigInt(count) * BigInt(whole + fraction.padEnd(PLACES, '0'))
    })
    .reduce((a, b) => a + b, 0n)
  const perNano = 10n ** BigInt(PLACES - 3)
  return Number((sum + perNano - 1n) / perNano)
}
