import { fixedClock } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { type RunawayOptions, runawayGuard } from './runaway.ts'

const DOLLAR = 1_000_000_000

function guarded(options: RunawayOptions = {}) {
  const clock = fixedClock(Date.UTC(2026, 10, 21))
  const guard = runawayGuard(options, clock)
  /** One request after the other; what came of the last. */
  const send = (times: number, print: string, end: 'failed' | 'answered' | 'neither', nanoUsd = 0) => {
    const found = Array.from({ length: times }, () =>
      guard.end(guard.arrive('acme', 'key:bot', print), end, nanoUsd),
    )
    return found.flat().map(({ reason, count, treatment }) => `${reason} ${count} ${treatment}`)
  }
  return { clock, guard, send }
}

describe('a request that fails over and over', () => {
  it('is a loop after twenty times within a minute', () => {
    const { send } = guarded()
    expect(send(19, 'same', 'failed')).toEqual([])
    expect(send(1, 'same', 'failed')).toEqual(['failures 20 enforce'])
  })

  it('is one again at its next failure, until it has been answered', () => {
    const { send, clock } = guarded()
    send(20, 'same', 'failed')
    clock.advance(120_000)
    expect(send(1, 'same', 'failed')).toEqual(['failures 1 enforce'])
    expect(send(1, 'same', 'answered')).toEqual([])
    expect(send(19, 'same', 'failed')).toEqual([])
  })

  it('is none when it was answered in between, or refused by us, or left', () => {
    const { send } = guarded()
    for (let round = 0; round < 10; round += 1) {
      expect(send(15, 'same', 'failed')).toEqual([])
      expect(send(1, 'same', 'answered')).toEqual([])
    }
    expect(send(100, 'same', 'neither')).toEqual([])
  })

  it('is none when it is slow: a canary of a provider that is down', () => {
    const { send, clock } = guarded()
    for (let canary = 0; canary < 200; canary += 1) {
      expect(send(1, 'ping', 'failed')).toEqual([])
      clock.advance(5_000)
    }
  })

  it('is none when many were sent together, and all of them tried again twice', () => {
    const { guard } = guarded()
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const together = Array.from({ length: 100 }, () => guard.arrive('acme', 'key:eval', 'same'))
      for (const one of together) expect(guard.end(one, 'failed', 0)).toEqual([])
    }
  })

  it('is only told of once where it is observed, and not even looked for where it is off', () => {
    expect(guarded({ failures: 'observe' }).send(50, 'same', 'failed')).toEqual(['failures 20 observe'])
    expect(guarded({ failures: 'off' }).send(50, 'same', 'failed')).toEqual([])
  })

  it('is the loop of one caller, in one org', () => {
    const { guard } = guarded()
    const callers = [
      ['acme', 'key:a'],
      ['acme', 'key:b'],
      ['globex', 'key:a'],
    ] as const
    for (let time = 0; time < 19; time += 1) {
      for (const [org, caller] of callers)
        expect(guard.end(guard.arrive(org, caller, 'same'), 'failed', 0)).toEqual([])
    }
  })
})

describe('honest batches', () => {
  it('pass: different requests are no loop, however many there are and however they end', () => {
    const { guard } = guarded({ repeats: 'enforce' })
    for (let request = 0; request < 5_000; request += 1) {
      const sighting = guard.arrive('acme', 'key:batch', `prompt ${request}`)
      expect(sighting.wouldRefuse).toBe(false)
      expect(guard.end(sighting, request % 3 === 0 ? 'failed' : 'answered', 0)).toEqual([])
    }
  })
})

describe('a request that is answered over and over', () => {
  it('is told of, and would be refused, and is not', () => {
    const { guard, send, clock } = guarded()
    expect(send(99, 'same', 'answered')).toEqual([])
    expect(guard.arrive('acme', 'key:bot', 'same').wouldRefuse).toBe(false)
    expect(send(1, 'same', 'answered')).toEqual(['repeats 100 observe'])
    expect(guard.arrive('acme', 'key:bot', 'same').wouldRefuse).toBe(true)
    clock.advance(60_000)
    expect(guard.arrive('acme', 'key:bot', 'same').wouldRefuse).toBe(false)
  })

  it('is enforced where that is asked for', () => {
    expect(guarded({ repeats: 'enforce' }).send(100, 'same', 'answered')).toEqual(['repeats 100 enforce'])
  })
})

describe('spending', () => {
  it('is strange once it is ten times what the caller spends in other minutes, and told of once a minute', () => {
    const { send, clock } = guarded()
    for (let minute = 0; minute < 10; minute += 1) {
      expect(send(1, `${minute}`, 'answered', DOLLAR)).toEqual([])
      clock.advance(60_000)
    }
    expect(send(10, 'more', 'answered', DOLLAR)).toEqual([])
    expect(send(5, 'more', 'answered', DOLLAR)).toEqual([`spend ${11 * DOLLAR} observe`])
  })

  it('is not strange where there is no history yet, or where it is less than a dollar a minute', () => {
    expect(guarded().send(1, 'first', 'answered', 500 * DOLLAR)).toEqual([])
    const few = guarded()
    for (let minute = 0; minute < 20; minute += 1) {
      few.send(1, `${minute}`, 'answered', 1_000)
      few.clock.advance(60_000)
    }
    expect(few.send(99, 'more', 'answered', DOLLAR / 100)).toEqual([])
  })
})
