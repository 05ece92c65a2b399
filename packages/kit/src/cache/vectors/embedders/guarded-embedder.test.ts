import { type FixedClock, fixedClock } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { nanoUsd } from '../../../core/money.ts'
import type { Timers } from '../../../core/timers.ts'
import { paidFailure } from '../../paid-failure.ts'
import type { Embedded, Embedder } from './embedder.ts'
import type { EmbedderCall } from './embedder-calls.ts'
import { type GuardedEmbedderOptions, guardedEmbedder } from './guarded-embedder.ts'

/** An embedder whose answers come when the test says so, and the time. */
function bench(options: Omit<GuardedEmbedderOptions, 'clock' | 'timers' | 'onCall'> = {}) {
  const clock = fixedClock(0)
  const timers = timersOn(clock)
  const asked: {
    texts: readonly string[]
    signal: AbortSignal
    answer: PromiseWithResolvers<Embedded | null>
  }[] = []
  const embedder: Embedder = {
    id: 'test',
    dimensions: 2,
    embed(texts, { signal }) {
      const answer = Promise.withResolvers<Embedded | null>()
      asked.push({ texts, signal, answer })
      return answer.promise
    },
  }
  const calls: EmbedderCall[] = []
  const guarded = guardedEmbedder(embedder, { ...options, clock, timers, onCall: (call) => calls.push(call) })
  const ask = (text: string, more: { signal?: AbortSignal; deadlineMs?: number; scope?: string } = {}) =>
    guarded.embed(text, { scope: 'acme', ...more })
  /** Answer the last call that was made. */
  const answer = (vector: ArrayLike<number> = [3, 4], costNanoUsd = 40) =>
    asked.at(-1)!.answer.resolve({ vectors: [vector], costNanoUsd: nanoUsd(costNanoUsd) })
  return { clock, timers, asked, calls, guarded, ask, answer }
}

interface ManualTimers extends Timers {
  pass(ms: number): Promise<void>
}

function timersOn(clock: FixedClock): ManualTimers {
  const pending = new Map<object, { dueMs: number; callback: () => void }>()
  return {
    setTimeout(callback, delayMs) {
      const handle = {}
      pending.set(handle, { dueMs: clock.now() + delayMs, callback })
      return handle
    },
    clearTimeout: (handle) => void pending.delete(handle as object),
    async pass(ms) {
      clock.advance(ms)
      for (const [handle, { dueMs, callback }] of pending) {
        if (dueMs > clock.now()) continue
        pending.delete(handle)
        callback()
      }
      await turn()
    },
  }
}

/** Whatever has been settled has been dealt with. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

const embedded = (from: string, costNanoUsd: number) => ({
  status: 'embedded',
  vector: { int8: Int8Array.from([95, 127]), square: 95 * 95 + 127 * 127 },
  from,
  costNanoUsd,
})
const missed = (why: string) => ({ status: 'missed', why })

describe('a text', () => {
  it('is embedded once, paid for once, and remembered', async () => {
    const { asked, calls, ask, answer } = bench()
    const [first, second] = [ask('Hello'), ask('Hello')]
    answer()
    expect(await first).toEqual(embedded('embedder', 40))
    expect(await second).toEqual(embedded('flight', 0))
    expect(await ask('Hello')).toEqual(embedded('memory', 0))
    expect(asked.map(({ texts }) => texts)).toEqual([['Hello']])
    expect(calls).toEqual([{ outcome: 'embedded', costNanoUsd: 40, tookMs: 0 }])
  })

  it('is not shared between scopes, however they and it run together', async () => {
    const { asked, ask, answer } = bench()
    for (const [scope, text] of [
      ['a', 'bc'],
      ['ab', 'c'],
      ['', 'abc'],
      ['1:a', 'bc'],
    ] as const) {
      const embedding = ask(text, { scope })
      answer()
      expect(await embedding).toMatchObject({ from: 'embedder' })
    }
    expect(asked).toHaveLength(4)
  })

  it('is forgotten when too many others have come since', async () => {
    const { asked, ask, answer } = bench({ maxRemembered: 2 })
    for (const text of ['1', '2', '3', '1']) {
      const embedding = ask(text)
      answer()
      await embedding
    }
    expect(asked).toHaveLength(4)
  })
})

describe('a deadline', () => {
  it('ends the wait and not the work: whoever asks next has it', async () => {
    const { timers, asked, calls, ask, answer } = bench()
    const late = ask('Hello')
    await timers.pass(150)
    expect(await late).toEqual(missed('late'))
    expect(asked[0]!.signal.aborted).toBe(false)
    const next = ask('Hello', { deadlineMs: 1_000 })
    answer()
    expect(await next).toEqual(embedded('flight', 0))
    expect(asked).toHaveLength(1)
    expect(calls).toEqual([{ outcome: 'embedded', costNanoUsd: 40, tookMs: 150 }])
  })

  it('is not the last: a call that hangs is given up, and its signal says so', async () => {
    const { timers, asked, calls, ask } = bench({ giveUpMs: 1_000 })
    const embedding = ask('Hello', { deadlineMs: 9_000 })
    await timers.pass(1_000)
    expect(await embedding).toEqual(missed('failed'))
    expect(asked[0]!.signal.aborted).toBe(true)
    expect(calls).toMatchObject([{ outcome: 'failed', tookMs: 1_000 }])
  })

  it('does not hold up a caller who has gone, nor is its work lost', async () => {
    const { asked, ask, answer } = bench()
    const controller = new AbortController()
    const gone = ask('Hello', { signal: controller.signal })
    controller.abort()
    expect(await gone).toEqual(missed('aborted'))
    answer()
    await turn()
    expect(await ask('Hello', { signal: AbortSignal.abort() })).toEqual(embedded('memory', 0))
    expect(asked).toHaveLength(1)
  })
})

describe('an embedder that fails', () => {
  it('is not asked again for the same request', async () => {
    const { asked, calls, ask } = bench()
    const embedding = ask('Hello')
    const cause = new Error('502')
    asked[0]!.answer.reject(cause)
    expect(await embedding).toEqual(missed('failed'))
    expect(asked).toHaveLength(1)
    expect(calls).toEqual([{ outcome: 'failed', costNanoUsd: 0, tookMs: 0, cause }])
  })

  async function failing(times: number) {
    const all = bench()
    for (let time = 0; time < times; time += 1) {
      const embedding = all.ask(`text ${time}`)
      all.asked.at(-1)!.answer.reject(new Error('502'))
      await embedding
    }
    return all
  }

  it('five times is left alone for half a minute, then tried once', async () => {
    const { clock, asked, ask, answer } = await failing(5)
    expect(await ask('Hello')).toEqual(missed('resting'))
    clock.advance(29_999)
    expect(await ask('Hello')).toEqual(missed('resting'))
    clock.advance(1)
    const probe = ask('Hello')
    expect(await ask('another')).toEqual(missed('resting'))
    answer()
    expect(await probe).toEqual(embedded('embedder', 40))
    const next = ask('another')
    answer()
    expect(await next).toEqual(embedded('embedder', 40))
    expect(asked).toHaveLength(7)
  })

  it('four times is still asked', async () => {
    const { ask, answer } = await failing(4)
    const embedding = ask('Hello')
    answer()
    expect(await embedding).toEqual(embedded('embedder', 40))
  })

  it('is one as well that is always too late', async () => {
    const { timers, ask, answer } = bench()
    for (let time = 0; time < 5; time += 1) {
      const late = ask(`text ${time}`)
      await timers.pass(151)
      answer()
      expect(await late).toEqual(missed('late'))
      await turn()
    }
    expect(await ask('Hello')).toEqual(missed('resting'))
  })

  it('still gives what is remembered', async () => {
    const all = bench()
    const first = all.ask('Hello')
    all.answer()
    await first
    for (let time = 0; time < 30; time += 1) {
      const embedding = all.ask(`text ${time}`)
      all.asked.at(-1)!.answer.reject(new Error('502'))
      await embedding
    }
    expect(await all.ask('another')).toEqual(missed('resting'))
    expect(await all.ask('Hello')).toEqual(embedded('memory', 0))
  })
})

describe('a budget that has nothing for it', () => {
  it('is a miss, and says nothing of the embedder', async () => {
    const { asked, ask, answer } = bench()
    for (let time = 0; time < 20; time += 1) {
      const embedding = ask('Hello')
      asked.at(-1)!.answer.resolve(null)
      expect(await embedding).toEqual(missed('denied'))
    }
    const embedding = ask('Hello')
    answer()
    expect(await embedding).toEqual(embedded('embedder', 40))
  })
})

describe('what is no vector', () => {
  it.each<[string, ArrayLike<number> | undefined]>([
    ['NaN', [Number.NaN, 1]],
    ['Infinity', [Number.POSITIVE_INFINITY, 1]],
    ['zeros', [0, 0]],
    ['too short', [1]],
    ['too long', [1, 2, 3]],
    ['nothing', undefined],
    ['text', ['a', 'b'] as unknown as number[]],
  ])('%s is paid for, and neither used nor asked for again', async (_, vector) => {
    const { asked, calls, ask } = bench()
    const embedding = ask('Hello')
    asked[0]!.answer.resolve({ vectors: vector ? [vector] : [], costNanoUsd: nanoUsd(40) })
    expect(await embedding).toEqual(missed('invalid'))
    expect(await ask('Hello')).toEqual(missed('invalid'))
    expect(asked).toHaveLength(1)
    expect(calls).toEqual([{ outcome: 'invalid', costNanoUsd: 40, tookMs: 0 }])
  })
})

it('does not have more under way than it may', async () => {
  const { ask, answer } = bench({ maxFlights: 1 })
  const first = ask('one')
  expect(await ask('two')).toEqual(missed('resting'))
  answer()
  await first
  const second = ask('two')
  answer()
  expect(await second).toMatchObject({ status: 'embedded' })
})

describe('what calls cost', () => {
  it('is told once, also of one that came late, in the scope that it was made for', async () => {
    const { ask, answer, timers, guarded } = bench()
    const late = ask('Hello')
    await timers.pass(150)
    expect(await late).toEqual(missed('late'))
    expect(guarded.claim('acme')).toBe(0)
    answer()
    await turn()
    expect(guarded.claim('globex')).toBe(0)
    expect(guarded.claim('acme')).toBe(40)
    expect(guarded.claim('acme')).toBe(0)
    expect(guarded.spentNanoUsd).toBe(40)
  })
})

describe('what a failure costs', () => {
  const PAID = paidFailure(new Error('no vectors in it'), nanoUsd(40))

  it('is told as any cost is', async () => {
    const { ask, asked, calls, guarded } = bench()
    const failed = ask('Hello')
    asked[0]!.answer.reject(PAID)
    expect(await failed).toEqual(missed('failed'))
    expect(calls).toMatchObject([{ outcome: 'failed', costNanoUsd: 40 }])
    expect(guarded.claim('acme')).toBe(40)
    expect(guarded.spentNanoUsd).toBe(40)
  })

  it.each<[string, (answer: PromiseWithResolvers<Embedded | null>) => void]>([
    ['fails', (answer) => answer.reject(PAID)],
    ['comes', (answer) => answer.resolve({ vectors: [[3, 4]], costNanoUsd: nanoUsd(40) })],
  ])('is told when one that was given up %s after all', async (_, end) => {
    const { ask, asked, timers, guarded } = bench({ giveUpMs: 1_000 })
    const given = ask('Hello', { deadlineMs: 9_000 })
    await timers.pass(1_000)
    expect(await given).toEqual(missed('failed'))
    expect(guarded.claim('acme')).toBe(0)
    end(asked[0]!.answer)
    await turn()
    expect(guarded.claim('acme')).toBe(40)
  })
})

describe('closing', () => {
  it('waits for what is under way, and lets nothing new begin', async () => {
    const { ask, answer, asked, guarded } = bench()
    const asking = ask('Hello')
    let isClosed = false
    const closing = guarded.close().then(() => {
      isClosed = true
    })
    await turn()
    expect(isClosed).toBe(false)
    expect(await ask('Another')).toEqual(missed('resting'))
    answer()
    await closing
    expect((await asking).status).toBe('embedded')
    expect(asked).toHaveLength(1)
  })

  it('gives up what takes longer than a request would wait, and waits until that has ended', async () => {
    const { ask, asked, timers, guarded } = bench()
    void ask('Hello')
    let isClosed = false
    const closing = guarded.close().then(() => {
      isClosed = true
    })
    await timers.pass(150)
    expect(asked[0]!.signal.aborted).toBe(true)
    expect(isClosed).toBe(false)
    asked[0]!.answer.reject(new Error('aborted'))
    await closing
  })

  it('waits for nobody for ever', async () => {
    const { ask, timers, guarded } = bench()
    void ask('Hello')
    const closing = guarded.close()
    await timers.pass(150)
    await timers.pass(5_000)
    await closing
  })
})
