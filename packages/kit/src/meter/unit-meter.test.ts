import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unitMeter } from './unit-meter.ts'

/** Deepgram's pre-recorded audio as HOUSE's config has it: seconds in the answer, minutes on the bill. */
const deepgram = { unit: 'minute', usd: '0.0043', from: 'metadata.duration', divide: 60, reserve: 60 }
const heard = (duration: unknown) => ({ metadata: { duration } })

describe('unitMeter', () => {
  it('reserves so many units, and charges those that the answer says', () => {
    const meter = unitMeter(deepgram)
    expect(meter.reserve).toBe(258_000_000)
    // https://deepgram.com/pricing, by hand: 90 s = 1.5 min × $0.0043 = $0.00645.
    expect(meter.costOf!(heard(90))).toBe(6_450_000)
    // 25.933313 s ÷ 60 × 4,300,000 n$ = 1,858,554.098… n$.
    expect(meter.costOf!(heard(25.933313))).toBe(1_858_555)
    expect(meter.costOf!(heard('25.933313'))).toBe(1_858_555)
    expect(meter.costOf!(heard(0))).toBe(0)
    expect(meter.costOf!(heard(1e-7))).toBe(1)
  })

  it.each([
    ['credits', { credits: 3 }, 3_000_000_000],
    ['a.0.b', { a: [{ b: 2 }] }, 2_000_000_000],
    ['usage.credits', { usage: { credits: '1.25' } }, 1_250_000_000],
  ])('finds %s', (from, answer, nanoUsd) => {
    expect(unitMeter({ unit: 'credit', usd: '1', from }).costOf!(answer)).toBe(nanoUsd)
  })

  it.each([
    undefined,
    null,
    true,
    '',
    'many',
    '-1',
    '1,5',
    '0x10',
    ' 1',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    {},
    [60],
  ])('finds no number in %j', (value) => {
    expect(unitMeter(deepgram).costOf!(heard(value))).toBeUndefined()
  })

  it.each(['toString', 'constructor.name', '__proto__.x'])('looks at nothing inherited: %s', (from) => {
    expect(unitMeter({ unit: 'credit', usd: '1', from }).costOf!({})).toBeUndefined()
  })

  it('charges what is reserved where nothing is to be read', () => {
    const meter = unitMeter({ unit: 'request', usd: '0.25' })
    expect(meter).toMatchObject({ unit: 'request', reserve: 250_000_000 })
    expect([meter.costOf, meter.thousandthsOf!()]).toEqual([undefined, 1_000])
    expect(unitMeter({ unit: 'search', usd: '0', reserve: '2.5' }).thousandthsOf!()).toBe(2_500)
  })

  it('says how many units that were, in thousandths that are rounded up', () => {
    const { thousandthsOf } = unitMeter(deepgram)
    expect([90, 25.933313, 0, 'many'].map((seconds) => thousandthsOf!(heard(seconds)))).toEqual([
      1_500,
      433,
      0,
      undefined,
    ])
    expect(thousandthsOf!(heard(1e40))).toBeUndefined()
  })

  it.each([
    { usd: '-1' },
    { usd: '0.0000000001' },
    { divide: 0 },
    { divide: '1e3x' },
    { reserve: '9'.repeat(20) },
    { from: '' },
    { from: '.a' },
  ])('refuses %j at assembly', (wrong) => {
    expect(() => unitMeter({ ...deepgram, ...wrong })).toThrow(RangeError)
  })

  it('rounds up once, and never by a float', () => {
    const digits = fc.integer({ min: 0, max: 999_999_999 })
    fc.assert(
      fc.property(digits, digits, fc.integer({ min: 1, max: 9_999 }), (used, nano, divide) => {
        const usd = `0.${String(nano).padStart(9, '0')}`
        const cost = unitMeter({ unit: 'u', usd, from: 'n', divide }).costOf!({ n: used / 1000 })
        const exact = BigInt(used) * BigInt(nano)
        const per = 1000n * BigInt(divide)
        expect(BigInt(cost!) * per).toBeGreaterThanOrEqual(exact)
        expect(BigInt(cost!) * per - exact).toBeLessThan(per)
      }),
    )
  })
})
