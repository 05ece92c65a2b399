import { describe, expect, it } from 'vitest'
import type { Call } from '../wire/call.ts'
import type { Media, Pictures } from '../wire/media.ts'
import { type Bounds, capFor } from './bounds.ts'
import { estimatedCharge, estimateUsage } from './estimate.ts'
import { mediaBoundsOf } from './media-bounds.ts'
import { pictured } from './media-prices.ts'
import { modelLimits } from './model-limits.ts'
import { costOf } from './price.ts'
import { type PriceBookOptions, priceBook } from './price-book.ts'

const CALL: Call = {
  dialect: 'openai',
  endpoint: 'images',
  model: 'm',
  stream: false,
  wantsUsage: false,
  choices: 1,
  inputBytes: 84,
  unboundedInput: false,
  audioInput: false,
  audioOutput: false,
  unpriced: [],
  structured: false,
}
const PICTURES: Pictures = {
  kind: 'pictures',
  count: 1,
  frames: 1,
  size: { width: 1_024, height: 1_024 },
  quality: 'low',
  previews: 0,
  inputs: 0,
}
const LIMITS = modelLimits()
const BUDGET = { usd: 1_000_000_000 }

interface Asked extends Partial<Omit<Call, 'media'>> {
  readonly smallest?: { readonly usd?: number; readonly tokens?: number }
  readonly overrides?: PriceBookOptions['overrides']
}

function bound(model: string, media: Media, { smallest = BUDGET, overrides = {}, ...call }: Asked = {}) {
  const listed = priceBook({ overrides }).price({ provider: 'openai', model })!
  const price = media.kind === 'pictures' ? pictured(listed, media) : listed
  const choices = media.kind === 'pictures' ? media.count : 1
  const demand = { call: { ...CALL, choices, ...call, media }, model, price, limits: LIMITS(model), smallest }
  return { bounds: mediaBoundsOf(demand), price }
}

function bounded(...asked: Parameters<typeof bound>): Bounds {
  const { bounds } = bound(...asked)
  if (bounds.status !== 'bounded') throw new Error(bounds.status)
  return bounds
}

describe('pictures', () => {
  it('cost the tokens of their size and quality, and 100 for each preview', () => {
    // 100 tokens of text at $5, 196 + 200 of picture at $30.
    const { min, want, bound } = bounded('gpt-image-2', { ...PICTURES, previews: 2 })
    expect(want).toEqual({ usd: 100 * 5_000 + 396 * 30_000, tokens: 496, requests: 1 })
    expect(min).toEqual(want)
    // OpenAI publishes examples, and no formula.
    expect(bound).toBe('soft')
  })

  it('read the text, and the pictures that they are made from, once each', () => {
    const { want } = bounded('gpt-image-2', { ...PICTURES, count: 3, inputs: 2 }, { unboundedInput: true })
    // Nobody knows which token is text before it is told: all at the price of a picture's.
    expect(want.usd).toBe(3 * ((100 + 2 * 6_757) * 8_000 + 196 * 30_000))
  })

  it.each([
    ['low', { width: 1_024, height: 1_024 }, 196],
    ['medium', { width: 1_024, height: 1_024 }, 1_756],
    ['high', { width: 1_024, height: 1_024 }, 7_024],
    ['high', { width: 1_536, height: 1_024 }, 5_488],
    ['high', { width: 1_024, height: 1_536 }, 5_488],
    ['high', { width: 1_792, height: 1_024 }, 5_063],
    ['high', { width: 3_584, height: 2_048 }, 12_329],
    ['low', { width: 976, height: 704 }, 129],
    [undefined, undefined, 23_719],
  ])('of gpt-image-2, %s and %o, have the tokens of OpenAI’s calculator', (quality, size, tokens) => {
    expect(bounded('gpt-image-2', { ...PICTURES, quality, size }).outputTokens).toBe(tokens)
  })

  it.each([
    ['low', { width: 1_024, height: 1_024 }, 272],
    ['medium', { width: 1_024, height: 1_536 }, 1_584],
    ['high', { width: 1_536, height: 1_024 }, 6_208],
    ['high', undefined, 6_240],
    ['brilliant', undefined, 6_240],
  ])('of gpt-image-1, %s and %o, have the tokens of its table', (quality, size, tokens) => {
    expect(bounded('gpt-image-1.5', { ...PICTURES, quality, size }).outputTokens).toBe(tokens)
  })

  it.each(['constructor', '__proto__', 'toString'])(
    'of a quality that is none cost the most: %s',
    (quality) => {
      expect(bounded('gpt-image-1', { ...PICTURES, quality }).outputTokens).toBe(4_160)
      expect(bounded('gpt-image-2', { ...PICTURES, quality }).outputTokens).toBe(7_024)
    },
  )

  it('of a size that no picture has may be any', () => {
    const size = { width: 10, height: 99_999 }
    expect(bounded('gpt-image-2', { ...PICTURES, quality: 'high', size }).outputTokens).toBe(23_719)
  })

  it('of a model whose sizes are not published are believed to be no larger', () => {
    const { bound, outputTokens } = bounded('gpt-image-2.5-flare', { ...PICTURES, quality: 'max' })
    expect(bound).toBe('soft')
    expect(outputTokens).toBeGreaterThan(4 * 7_024)
  })

  it.each([
    ['standard', { width: 1_024, height: 1_024 }, 40_000_000],
    ['hd', { width: 1_024, height: 1_792 }, 120_000_000],
    [undefined, undefined, 40_000_000],
    ['brilliant', undefined, 120_000_000],
  ])('billed by the piece cost what their quality and size do: %s, %o', (quality, size, nanoUsd) => {
    const { want, decided } = bounded('dall-e-3', { ...PICTURES, quality, size, count: 2 })
    expect(want.usd).toBe(2 * nanoUsd)
    expect(decided).toEqual({ input: 0, output: 0, images: 2 })
  })

  it('of a model that nobody knows may be billed by the token and by the piece', () => {
    const { bounds } = bound('flux', PICTURES, {
      overrides: { flux: { input: '0', output: '0', image: '0.07' } },
    })
    expect(bounds).toMatchObject({ want: { usd: 70_000_000 }, bound: 'soft', pieces: { images: 1 } })
    const tokens = { flux: { input: '1', output: '2', image_output: '3', image: '0.07' } }
    expect(bounded('flux', PICTURES, { overrides: tokens }).want.usd).toBeGreaterThan(70_000_000)
  })

  it('drawn by another model are refused where a budget stands over them, and pass where none does', () => {
    const svg = { unpriced: ['output_format'] }
    expect(bound('gpt-image-2', PICTURES, svg).bounds).toEqual({ status: 'unboundable', reason: 'unpriced' })
    expect(bound('gpt-image-2', PICTURES, { ...svg, smallest: {} }).bounds).toMatchObject({ bound: 'soft' })
  })
})

describe('text read aloud', () => {
  const SPEECH: Media = { kind: 'speech', characters: 1_000, slowness: 1, format: 'mp3' }

  it('by the character is decided by the request', () => {
    expect(bounded('tts-1-hd', SPEECH)).toMatchObject({
      want: { usd: 30_000_000, tokens: 0 },
      bound: 'proven',
      decided: { characters: 1_000 },
    })
  })

  it('by the token is bounded by how slowly it can be read, and by the longest answer', () => {
    expect(bounded('gpt-4o-mini-tts', SPEECH)).toMatchObject({ outputTokens: 8_064, bound: 'soft' })
    expect(bounded('gpt-4o-mini-tts', { ...SPEECH, characters: 4_000 }).outputTokens).toBe(16_384)
    expect(bounded('gpt-4o-mini-tts', { ...SPEECH, characters: 42, slowness: 4 }).outputTokens).toBe(1_600)
    expect(bounded('gpt-4o-mini-tts', SPEECH).decided).toBeUndefined()
  })
})

describe('a recording', () => {
  const HOUR: Media = { kind: 'recording', longestMs: 3_600_000, bound: 'proven' }
  const read = { unboundedInput: true, audioInput: true }

  it('by time costs its longest', () => {
    expect(bounded('whisper-1', HOUR, read)).toMatchObject({
      want: { usd: 360_000_000, tokens: 0 },
      bound: 'proven',
      pieces: { audioMs: 3_600_000 },
    })
    expect(bounded('gpt-transcribe', HOUR, read).want.usd).toBe(270_000_000)
    expect(bounded('whisper-1', { ...HOUR, bound: 'believed' }, read).bound).toBe('soft')
  })

  it('of a length that nobody knows is refused where a budget in USD stands over it, and passes where none does', () => {
    const long: Media = { ...HOUR, bound: 'unknown' }
    const refused = { status: 'unboundable', reason: 'length' }
    expect(bound('whisper-1', long, read).bounds).toEqual(refused)
    expect(bound('whisper-1', long, { ...read, smallest: {} }).bounds).toMatchObject({ bound: 'soft' })
  })

  it('of such a length, by the token, may be all that its model reads', () => {
    const short: Media = { kind: 'recording', longestMs: 10, bound: 'unknown' }
    expect(bounded('gpt-4o-mini-transcribe', short, read)).toMatchObject({
      want: { usd: 58_000_000 },
      bound: 'soft',
    })
  })

  it('by the token costs no more than its model can read and write', () => {
    // 16,000 tokens at $3, and 2,000 at $5.
    expect(bounded('gpt-4o-mini-transcribe', HOUR, read).want.usd).toBe(58_000_000)
    const short: Media = { ...HOUR, longestMs: 10_000 }
    expect(bounded('gpt-4o-mini-transcribe', short, read).want.usd).toBe(600 * 3_000 + 10_000_000)
  })
})

describe('verdicts', () => {
  const VERDICTS: Media = { kind: 'verdicts' }
  const model = 'omni-moderation-latest'

  it('are free with OpenAI, with pictures too', () => {
    expect(bounded(model, VERDICTS)).toMatchObject({ want: { usd: 0 }, decided: { input: 0, output: 0 } })
    expect(bounded(model, VERDICTS, { unboundedInput: true })).toMatchObject({ want: { usd: 0 } })
  })

  it('cost what a price of one’s own says, for a request or for a token', () => {
    const each = { [model]: { input: '0', output: '0', per_request: '0.001' } }
    expect(bounded(model, VERDICTS, { overrides: each })).toMatchObject({ want: { usd: 1_000_000 } })
    const token = { [model]: { input: '1', output: '0' } }
    expect(bounded(model, VERDICTS, { overrides: token })).toMatchObject({ want: { usd: 100_000 } })
    const { bounds } = bound(model, VERDICTS, { overrides: token, unboundedInput: true })
    expect(bounds).toEqual({ status: 'unboundable', reason: 'input' })
  })
})

it('an estimate of any of them is all that it may have cost, and no cap is put into it', () => {
  for (const [model, media] of [
    ['gpt-image-2', PICTURES],
    ['dall-e-3', PICTURES],
    ['flux', PICTURES],
    ['tts-1', { kind: 'speech', characters: 9, slowness: 1, format: 'mp3' }],
    ['whisper-1', { kind: 'recording', longestMs: 1_234, bound: 'proven' }],
  ] as const) {
    const { bounds, price } = bound(model, media)
    if (bounds.status !== 'bounded') throw new Error(bounds.status)
    expect(capFor(bounds.want, bounds)).toBeUndefined()
    const broken = {
      inputTokens: undefined,
      outputTokensSeen: 0,
      stream: false,
      sinceDispatchMs: 1,
      outputMs: 0,
    }
    const usage = estimateUsage(broken, bounds, LIMITS(model))
    expect(usage).toMatchObject(bounds.pieces!)
    expect(estimatedCharge(usage, bounds, bounds.want).usd).toBe(bounds.want.usd)
    expect(costOf(usage, price)).toBeLessThanOrEqual(bounds.want.usd)
  }
})

it('beyond what the books count it is refused', () => {
  const dear = { m: { input: '0', output: '0', image: '999999' } }
  expect(bound('m', { ...PICTURES, count: 10 }, { overrides: dear }).bounds).toEqual({
    status: 'unboundable',
    reason: 'amount',
  })
})
