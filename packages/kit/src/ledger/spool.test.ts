import { describe, expect, it } from 'vitest'
import type { Timers } from '../core/timers.ts'
import type { Amounts, Basis, Ledger } from './ledger.ts'
import { createSpool, type SpoolOptions } from './spool.ts'

const ORG = 'acme'
const costing = (usd: number): Amounts => ({ usd, tokens: 10, requests: 1 }) as Amounts
const settleOf = (id: string, usd: number, basis: Basis = 'exact') => ({
  org: ORG,
  id,
  actual: costing(usd),
  basis,
})

/** One timer, which fires when it is told to. */
function handTimers() {
  let waiting: { readonly callback: () => void; readonly delayMs: number } | undefined
  const timers: Timers = {
    setTimeout(callback, delayMs) {
      if (waiting) throw new Error('a second timer')
      waiting = { callback, delayMs }
      return waiting
    },
    clearTimeout(handle) {
      if (handle === waiting) waiting = undefined
    },
  }
  /** Fire it, and let everything settle that can; returns what it had waited for, ms. */
  async function fire(): Promise<number> {
    const { callback, delayMs } = waiting!
    waiting = undefined
    callback()
    await settled()
    return delayMs
  }
  return { timers, fire, isWaiting: () => waiting !== undefined }
}

/** Let every promise that can settle do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

const AWAY = new Error('the books are away')

function bench(options: Partial<SpoolOptions> = {}) {
  const hand = handTimers()
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs }
  const faults: string[] = []
  /** What the books were told, in its order: `settle a 5`; and what they took. */
  const told: string[] = []
  const taken: string[] = []
  const books = { answer: async (_command: string): Promise<void> => {} }

  async function hear(command: string): Promise<void> {
    told.push(command)
    await books.answer(command)
    taken.push(command)
  }
  const ledger = {
    async settle({ id, actual, basis }) {
      await hear(`${basis} ${id} ${actual.usd}`)
      return { status: 'settled', overdraft: false }
    },
    async release(_org, id) {
      await hear(`release ${id}`)
      return { status: 'released' }
    },
  } satisfies Pick<Ledger, 'settle' | 'release'> as Pick<Ledger, 'settle' | 'release'>
  const spool = createSpool({
    ledger,
    folder: undefined,
    maxQueued: 100,
    clock,
    timers: hand.timers,
    random: () => 0.5,
    onFault: (sentence) => faults.push(sentence),
    ...options,
  })
  const away = () => {
    books.answer = () => Promise.reject(AWAY)
  }
  const back = () => {
    books.answer = async () => {}
  }
  return { spool, books, told, taken, faults, clock, away, back, ...hand }
}

describe('the spool', () => {
  it('tells the books in the same turn, and hands on what they answer', async () => {
    const { spool, told, isWaiting } = bench()
    const answer = spool.settle(settleOf('a', 5))
    expect(told).toEqual(['exact a 5'])
    expect(await answer).toEqual({ status: 'settled', overdraft: false })
    expect(await spool.release(ORG, 'b')).toEqual({ status: 'released' })
    expect(isWaiting()).toBe(false)
    expect(spool.standing()).toEqual({ queued: 0, oldestAgeMs: 0, dropped: 0, replayed: 0 })
  })

  it.each([1, 3, 10])('tells books that fail %i times until they take it', async (times) => {
    const { spool, books, told, taken, fire, isWaiting } = bench()
    books.answer = async () => {
      if (told.length <= times) throw AWAY
    }
    expect(await spool.settle(settleOf('a', 5))).toEqual({ status: 'kept', cause: AWAY })
    for (let retry = 0; retry < times; retry++) await fire()
    expect(taken).toEqual(['exact a 5'])
    expect(told).toHaveLength(times + 1)
    expect(isWaiting()).toBe(false)
    expect(spool.standing()).toMatchObject({ queued: 0, replayed: 1 })
  })

  it('waits longer and longer for books that are away for ever, up to a limit, and says so once', async () => {
    const { spool, away, fire, faults, clock } = bench()
    away()
    await spool.settle(settleOf('a', 5))
    await spool.release(ORG, 'b')
    const delays: number[] = []
    for (let retry = 0; retry < 8; retry++) delays.push(await fire())
    expect(delays).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000])
    clock.nowMs += 60_000
    expect(spool.standing()).toEqual({ queued: 2, oldestAgeMs: 60_000, dropped: 0, replayed: 0 })
    expect(faults).toEqual([expect.stringContaining('the books are away')])
  })

  it.each([
    [0, 100],
    [0.999, 299.8],
  ])('spreads the processes that wait for the same books (%f)', async (random, delayMs) => {
    const { spool, away, fire } = bench({ random: () => random })
    away()
    await spool.settle(settleOf('a', 5))
    expect(await fire()).toBeCloseTo(delayMs, 6)
  })

  it('says it again when the books are away again', async () => {
    const { spool, away, back, fire, faults } = bench()
    for (const id of ['a', 'b']) {
      away()
      await spool.settle(settleOf(id, 5))
      back()
      await fire()
    }
    expect(faults).toHaveLength(2)
  })

  it('keeps the order of one reservation: an estimate, then what the provider said', async () => {
    const { spool, away, back, taken, told, fire } = bench()
    away()
    await spool.settle(settleOf('a', 9, 'estimated'))
    back()
    expect(await spool.settle(settleOf('a', 5))).toMatchObject({ status: 'kept' })
    expect(told).toEqual(['estimated a 9'])
    await fire()
    expect(taken).toEqual(['estimated a 9', 'exact a 5'])
  })

  it('lets no reservation that is refused for ever hold up another', async () => {
    const { spool, away, books, taken, fire } = bench()
    away()
    const stuck = Array.from({ length: 40 }, (_, at) => `stuck-${at}`)
    for (const id of [...stuck, 'a', 'b']) await spool.settle(settleOf(id, 5))
    books.answer = async (command) => {
      if (command.includes('stuck')) throw AWAY
    }
    await fire()
    await fire()
    expect(taken.toSorted()).toEqual(['exact a 5', 'exact b 5'])
    expect(spool.standing()).toMatchObject({ queued: 40, replayed: 2 })
  })

  it('drops what has no room, counts it, says so once, and leaves half the room to settles', async () => {
    const { spool, away, back, taken, fire, faults } = bench({ maxQueued: 4 })
    away()
    const statuses: string[] = []
    for (const id of ['a', 'b', 'c']) statuses.push((await spool.release(ORG, id)).status)
    for (const id of ['d', 'e', 'f']) statuses.push((await spool.settle(settleOf(id, 5))).status)
    expect(statuses).toEqual(['kept', 'kept', 'dropped', 'kept', 'kept', 'dropped'])
    expect(spool.standing()).toMatchObject({ queued: 4, dropped: 2 })
    expect(faults.filter((sentence) => sentence.includes('full'))).toHaveLength(1)
    back()
    await fire()
    expect(taken).toEqual(['release a', 'release b', 'exact d 5', 'exact e 5'])
    expect(spool.standing()).toMatchObject({ queued: 0, dropped: 2, replayed: 4 })
  })

  it('keeps nothing that no books would take', async () => {
    const { spool, told } = bench()
    await expect(spool.settle(settleOf('a', 1.5))).rejects.toThrow(RangeError)
    await expect(spool.release(ORG, '')).rejects.toThrow(RangeError)
    expect(told).toEqual([])
    expect(spool.standing().queued).toBe(0)
  })
})

describe('flush', () => {
  it('resolves at once when nothing waits', async () => {
    const { spool, isWaiting } = bench()
    expect(await spool.flush(60_000)).toBe(true)
    expect(isWaiting()).toBe(false)
  })

  it('tries again at once, and resolves when the books have taken everything', async () => {
    const { spool, away, back, fire } = bench()
    away()
    await spool.settle(settleOf('a', 5))
    for (let retry = 0; retry < 5; retry++) await fire()
    const flushed = spool.flush(60_000)
    expect([await fire(), await fire(), await fire()]).toEqual([0, 400, 800])
    back()
    await fire()
    expect(await flushed).toBe(true)
  })

  it('waits for what is on its way for the first time', async () => {
    const { spool, books } = bench()
    const answers = Promise.withResolvers<void>()
    books.answer = () => answers.promise
    const settling = spool.settle(settleOf('a', 5))
    let flushed: boolean | undefined
    const flushing = spool.flush(60_000).then((all) => {
      flushed = all
    })
    await settled()
    expect(flushed).toBe(undefined)
    answers.resolve()
    await Promise.all([settling, flushing])
    expect(flushed).toBe(true)
  })

  it('says that something is left when the time is over', async () => {
    const { spool, away, faults } = bench()
    away()
    await spool.settle(settleOf('a', 5))
    expect(await spool.flush(0)).toBe(false)
    await spool.stop()
    expect(faults.at(-1)).toContain('How 1 of the requests ended was never told')
  })

  it('waits, when it is stopped, for the answers to what it is telling', async () => {
    const { spool, books, away, fire, isWaiting } = bench()
    away()
    await spool.settle(settleOf('a', 5))
    const answer = Promise.withResolvers<void>()
    books.answer = () => answer.promise
    await fire()
    let stopped = false
    const stopping = spool.stop().then(() => {
      stopped = true
    })
    await settled()
    expect(stopped).toBe(false)
    answer.reject(AWAY)
    await stopping
    expect(isWaiting()).toBe(false)
  })

  it('is the last that is heard of a spool that is stopped', async () => {
    const { spool, away, told, isWaiting } = bench()
    away()
    await spool.settle(settleOf('a', 5))
    await spool.stop()
    expect(isWaiting()).toBe(false)
    expect(await spool.settle(settleOf('b', 5))).toMatchObject({ status: 'kept' })
    expect(isWaiting()).toBe(false)
    expect(told).toEqual(['exact a 5', 'exact b 5'])
  })
})
