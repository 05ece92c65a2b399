import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DigestedText, digestText, type SentText, sentBefore } from './sent-before.ts'

const STEP = 8_192
const OWNER = 'acme openai/gpt-5'

/** Text of so many characters that is like no other. */
const words = (chars: number, seed = 'a') => `${seed} `.repeat(Math.ceil(chars / 2)).slice(0, chars)

const sent = (growing: string, rest: Partial<SentText> = {}): DigestedText =>
  digestText({ context: '', fields: { tools: 'the tools' }, growing, ...rest })

describe('a text that begins as one that was counted', () => {
  const before = sent(words(5 * STEP))
  const memory = sentBefore()
  memory.note(OWNER, before, 9_000)

  it('is at most what that was counted as, for all but the last step that they share', () => {
    const seen = memory.seen(OWNER, sent(`${words(5 * STEP)}and more`))
    expect(seen).toEqual({ tokens: 9_000, bytes: 4 * STEP + 9 })
  })

  it('also where they part sooner', () => {
    const seen = memory.seen(OWNER, sent(words(3 * STEP) + words(9 * STEP, 'b')))
    expect(seen).toEqual({ tokens: 9_000, bytes: 2 * STEP + 9 })
  })

  it('what stands beside it counts only where it is the same', () => {
    expect(memory.seen(OWNER, sent(words(5 * STEP), { fields: { tools: 'others' } }))?.bytes).toBe(4 * STEP)
    expect(memory.seen(OWNER, sent(words(5 * STEP), { fields: {} }))?.bytes).toBe(4 * STEP)
  })

  it.each([
    ['of another caller or model', 'acme openai/gpt-4o', before],
    ['read in another way', OWNER, digestText({ ...before.text, context: 'edits' })],
    ['that parts in its first two steps', OWNER, sent(words(STEP + 5) + words(5 * STEP, 'b'))],
    ['that is short', OWNER, sent(words(STEP))],
    ['with something before it', OWNER, sent(`x${words(5 * STEP)}`)],
  ])('is unknown: one %s', (_, owner, text) => {
    expect(memory.seen(owner, text)).toBeUndefined()
  })

  it('is as long in bytes as it is', () => {
    const chinese = sent('一'.repeat(3 * STEP))
    memory.note(OWNER, chinese, 100)
    expect(memory.seen(OWNER, chinese)?.bytes).toBe(2 * STEP * 3 + 9)
  })
})

it('of two counts of one beginning the smaller holds, for as long as the rest is as it was', () => {
  const memory = sentBefore()
  const long = sent(words(4 * STEP) + words(4 * STEP, 'b'))
  memory.note(OWNER, sent(words(4 * STEP)), 4_000)
  memory.note(OWNER, long, 9_000)
  expect(memory.seen(OWNER, sent(words(4 * STEP)))?.tokens).toBe(4_000)
  expect(memory.seen(OWNER, long)?.tokens).toBe(9_000)
  memory.note(OWNER, digestText({ ...long.text, fields: { tools: 'new tools' } }), 9_500)
  expect(memory.seen(OWNER, sent(words(4 * STEP)))?.tokens).toBe(9_500)
})

it('what is unused for longest is forgotten', () => {
  const memory = sentBefore({ maxPlaces: 4 })
  memory.note(OWNER, sent(words(4 * STEP)), 1)
  memory.note(OWNER, sent(words(4 * STEP, 'b')), 2)
  expect(memory.seen(OWNER, sent(words(4 * STEP)))).toBeUndefined()
  expect(memory.seen(OWNER, sent(words(4 * STEP, 'b')))?.tokens).toBe(2)
})

/** A provider that counts a token for every word and every sign, whatever stands around them. */
const countOf = ({ fields, growing }: SentText): number =>
  [...Object.values(fields), growing].reduce(
    (sum, text) => sum + (text.match(/\w+|[^\w\s]/g)?.length ?? 0),
    0,
  )

it('whatever is sent: what was seen and the bytes of the rest are never less than the provider counts', () => {
  const part = fc.constantFrom(
    words(3_000),
    words(10_000, 'bc'),
    '{"role":"user"},',
    'x'.repeat(9_000),
    '一'.repeat(4_000),
  )
  const text = fc.record({
    context: fc.constantFrom('', 'other'),
    fields: fc.record({ tools: fc.constantFrom('t', 'a, b, c'), system: fc.constantFrom('be brief', '') }),
    growing: fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
  })
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 8 }), (texts) => {
      const memory = sentBefore()
      for (const each of texts) {
        const digested = digestText(each)
        const seen = memory.seen(OWNER, digested)
        const all = [...Object.values(each.fields), each.growing]
        const bytes = all.reduce((sum, one) => sum + Buffer.byteLength(one), 0)
        if (seen) expect(seen.tokens + bytes - seen.bytes).toBeGreaterThanOrEqual(countOf(each))
        memory.note(OWNER, digested, countOf(each))
      }
    }),
    { numRuns: 300 },
  )
})
