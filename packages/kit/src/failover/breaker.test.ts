import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Breaker, breaker } from './breaker.ts'
import { failureRate } from './failure-rate.ts'

const options = { windowMs: 1_000, minVolume: 4, failureShare: 0.5, inARow: 6, openMs: 100, maxOpenMs: 300 }

function opened(): Breaker {
  const tested = breaker(options)
  for (let call = 0; call < 4; call += 1) tested.failed(0)
  return tested
}

describe('the rate of failures', () => {
  it('says nothing of fewer calls than its volume', () => {
    const rate = failureRate({ windowMs: 1_000, minVolume: 3 })
    rate.add(true, 0)
    rate.add(true, 0)
    expect(rate.at(0)).toBe(0)
    rate.add(false, 0)
    expect(rate.at(0)).toBeCloseTo(2 / 3)
  })

  it('forgets what has left the window, and nothing else', () => {
    const rate = failureRate({ windowMs: 1_000, minVolume: 1 })
    rate.add(true, 50)
    rate.add(false, 950)
    expect(rate.at(999)).toBe(0.5)
    expect(rate.at(1_099)).toBe(0)
    rate.add(true, 50_000)
    expect(rate.at(50_000)).toBe(1)
  })
})

describe('a breaker', () => {
  it('opens at a failure rate, and not before its volume', () => {
    const tested = breaker(options)
    for (let call = 0; call < 3; call += 1) tested.failed(0)
    expect(tested.state(0)).toEqual({ is: 'closed' })
    tested.failed(0)
    expect(tested.state(0)).toEqual({ is: 'open', untilMs: 100 })
    expect(tested.begin(99)).toBe(false)
  })

  it('opens at so many failures in a row, however many answers the window still holds', () => {
    const tested = breaker(options)
    for (let call = 0; call < 100; call += 1) tested.succeeded(0)
    for (let call = 0; call < 5; call += 1) tested.failed(10)
    expect(tested.state(10)).toEqual({ is: 'closed' })
    tested.failed(10)
    expect(tested.state(10)).toEqual({ is: 'open', untilMs: 110 })
  })

  it('takes no calls for a row that have all been out since before the last answer', () => {
    const tested = breaker({ ...options, minVolume: 1_000 })
    // Somebody asks ten questions at once that take longer than anybody waits; everybody else is answered meanwhile.
    for (let call = 0; call < 10; call += 1) tested.begin(0)
    tested.succeeded(90, 80)
    for (let call = 0; call < 10; call += 1) tested.failed(100, 0)
    expect(tested.state(100)).toEqual({ is: 'closed' })
    for (let call = 0; call < 6; call += 1) tested.failed(110, 95)
    expect(tested.state(110)).toEqual({ is: 'open', untilMs: 210 })
  })

  it('takes no failures for a row that an answer stands between, or its head, or all of the window', () => {
    const tested = breaker({ ...options, minVolume: 1_000 })
    const interruptions = [() => tested.succeeded(10), () => tested.responded(10, 5), () => {}]
    for (const [at, interrupt] of interruptions.entries()) {
      const nowMs = 10 + at * 10_000
      for (let call = 0; call < 5; call += 1) tested.failed(nowMs)
      interrupt()
    }
    expect(tested.state(20_010)).toEqual({ is: 'closed' })
  })

  it('lets one probe through when it is half-open', () => {
    const tested = opened()
    expect(tested.state(100)).toEqual({ is: 'half-open', probing: false })
    expect([tested.begin(100), tested.begin(100)]).toEqual([true, false])
    expect(tested.state(100)).toEqual({ is: 'half-open', probing: true })
  })

  it('closes when its probe succeeds, and has forgotten the failures', () => {
    const tested = opened()
    tested.begin(100)
    tested.succeeded(110)
    expect(tested.state(110)).toEqual({ is: 'closed' })
    tested.failed(120)
    expect(tested.state(120)).toEqual({ is: 'closed' })
  })

  it('opens for twice as long each time that its probe fails, up to the longest', () => {
    const tested = opened()
    const spans: number[] = []
    let nowMs = 100
    for (let probe = 0; probe < 3; probe += 1) {
      tested.begin(nowMs)
      tested.failed(nowMs)
      const state = tested.state(nowMs)
      const untilMs = state.is === 'open' ? state.untilMs : Number.NaN
      spans.push(untilMs - nowMs)
      nowMs = untilMs
    }
    expect(spans).toEqual([200, 300, 300])
  })

  it('lets another probe through when the first was abandoned, or never ends', () => {
    const abandoned = opened()
    abandoned.begin(100)
    abandoned.abandoned(100)
    expect(abandoned.begin(101)).toBe(true)
    const endless = opened()
    endless.begin(100)
    expect(endless.begin(399)).toBe(false)
    expect(endless.begin(400)).toBe(true)
  })

  it('is closed by the answer of a call that was sent in spite of it, and not by one that began before', () => {
    const tested = opened()
    tested.succeeded(50)
    tested.responded(50, 51)
    expect(tested.state(50).is).toBe('open')
    tested.responded(50, 50)
    expect(tested.state(50).is).toBe('closed')
  })

  it('is told nothing by calls from before it opened, once it is half-open', () => {
    const tested = opened()
    expect(tested.begin(100)).toBe(true)
    const ends: readonly ((beganAtMs: number) => void)[] = [
      (beganAtMs) => tested.abandoned(beganAtMs),
      (beganAtMs) => tested.succeeded(110, beganAtMs),
      (beganAtMs) => tested.failed(110, beganAtMs),
    ]
    for (const end of ends) end(-50)
    expect(tested.state(110)).toEqual({ is: 'half-open', probing: true })
    expect(tested.begin(110)).toBe(false)
    tested.succeeded(120, 100)
    expect(tested.state(120)).toEqual({ is: 'closed' })
  })

  it('that somebody else has opened is not closed by an answer to what was asked before', () => {
    const tested = breaker(options)
    tested.openUntil(300, 100)
    tested.responded(150, 100)
    expect(tested.state(150)).toEqual({ is: 'open', untilMs: 300 })
    expect(tested.begin(300)).toBe(true)
    // The same closure, heard once more.
    tested.openUntil(300, 299)
    expect(tested.state(300)).toEqual({ is: 'half-open', probing: true })
    tested.responded(310, 10)
    expect(tested.state(310)).toEqual({ is: 'closed' })
  })

  it('never lets two calls in while it is half-open, whatever happens', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('begin', 'succeeded', 'failed', 'wait'), fc.nat(200)))
    fc.assert(
      fc.property(steps, (history) => {
        const tested = breaker(options)
        let nowMs = 0
        for (const [step, ms] of history) {
          nowMs += ms
          if (step === 'wait') continue
          if (step !== 'begin') tested[step](nowMs)
          else if (tested.state(nowMs).is === 'half-open' && tested.begin(nowMs))
            expect(tested.begin(nowMs)).toBe(false)
        }
      }),
    )
  })
})
