import { describe, expect, it } from 'vitest'
import type { Patience } from './failure.ts'
import { type PatienceOptions, patience } from './patience.ts'

/** Timers that fire when a test says what time it is; how often they were set is counted. */
function fakeTime() {
  let nowMs = 0
  let set = 0
  let longestMs = 0
  const due = new Map<object, { atMs: number; callback: () => void }>()
  return {
    now: () => nowMs,
    timers: {
      setTimeout(callback: () => void, delayMs: number) {
        set += 1
        longestMs = Math.max(longestMs, delayMs)
        const handle = {}
        due.set(handle, { atMs: nowMs + delayMs, callback })
        return handle
      },
      clearTimeout: (handle: unknown) => void due.delete(handle as object),
    },
    advance(ms: number) {
      const untilMs = nowMs + ms
      for (;;) {
        const [next] = [...due].sort(([, one], [, other]) => one.atMs - other.atMs)
        if (!next || next[1].atMs > untilMs) break
        due.delete(next[0])
        nowMs = next[1].atMs
        next[1].callback()
      }
      nowMs = untilMs
    },
    get pending() {
      return due.size
    },
    get set() {
      return set
    },
    get longestMs() {
      return longestMs
    },
  }
}

function waited(options: Partial<PatienceOptions> = {}) {
  const time = fakeTime()
  const late: [which: Patience, atMs: number][] = []
  const watch = patience({
    connectMs: 100,
    firstByteMs: 1_000,
    idleMs: 50,
    totalAtMs: 10_000,
    now: time.now,
    timers: time.timers,
    onLate: (which) => late.push([which, time.now()]),
    ...options,
  })
  return { time, late, watch }
}

describe('the wait for a provider', () => {
  it('ends when there is no connection in time', () => {
    const { time, late } = waited()
    time.advance(99)
    expect(late).toEqual([])
    time.advance(1)
    expect(late).toEqual([['connect', 100]])
  })

  it('ends when the first byte does not come, counted from the connection', () => {
    const { time, late, watch } = waited()
    time.advance(60)
    watch.connected()
    time.advance(5_000)
    expect(late).toEqual([['first-byte', 1_060]])
  })

  it('ends when the next byte does not come, counted from the last', () => {
    const { time, late, watch } = waited()
    watch.connected()
    for (let bytes = 0; bytes < 10; bytes += 1) {
      time.advance(40)
      watch.heard()
    }
    time.advance(1_000)
    expect(late).toEqual([['idle', 450]])
  })

  it('ends with the whole request, whatever it waits for', () => {
    const { time, late, watch } = waited({ totalAtMs: 70 })
    watch.connected()
    time.advance(1_000)
    expect(late).toEqual([['total', 70]])
  })

  it('does not blame a provider that is not read', () => {
    const { time, late, watch } = waited()
    watch.connected()
    watch.heard()
    watch.paused()
    watch.heard()
    time.advance(5_000)
    expect(late).toEqual([])
    watch.resumed()
    time.advance(50)
    expect(late).toEqual([['idle', 5_050]])
  })

  it('can be longer than a timer can', () => {
    const { time, late, watch } = waited({ firstByteMs: 2 ** 40, totalAtMs: Infinity })
    watch.connected()
    time.advance(2 ** 33)
    expect([late, time.set, time.longestMs]).toEqual([[], 5, 2 ** 31 - 1])
  })

  it('leaves no timer behind', () => {
    const { time, watch } = waited()
    watch.connected()
    watch.heard()
    watch.stop()
    watch.heard()
    expect(time.pending).toBe(0)
  })

  it('sets few timers, however many bytes come', () => {
    const { time, watch } = waited({ idleMs: 1_000 })
    watch.connected()
    for (let bytes = 0; bytes < 2_000; bytes += 1) {
      time.advance(1)
      watch.heard()
    }
    expect(time.set).toBeLessThan(10)
  })
})
