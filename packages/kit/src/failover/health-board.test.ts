import { describe, expect, it } from 'vitest'
import type { Deployment } from '../wire/routes.ts'
import type { Closure } from './closure.ts'
import type { Failure, FailureKind } from './failure.ts'
import { healthBoard } from './health-board.ts'

const provider = { name: 'p', dialect: 'openai', baseUrl: 'http://127.0.0.1' } as const
const at = (model: string, key?: string): Deployment => ({
  provider,
  model,
  ...(key === undefined ? {} : { key }),
})
const failure = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({ kind, paid: false, ...more })
const well = (headers: Record<string, string> = {}) => ({ firstByteMs: 10, headers })

describe('what is shut by a failure', () => {
  it('a rate limit: that key at that model, as long as the provider said', () => {
    const board = healthBoard()
    board.failed(at('m', '1'), failure('rate_limited', { retryAfterMs: 7_000 }), 0)
    expect(board.closure(at('m', '1'), 6_999)).toEqual({ id: 'p/m#1', why: 'rate_limited', untilMs: 7_000 })
    expect(board.closure(at('m', '1'), 7_000)).toBeUndefined()
    expect(board.closure(at('m', '2'), 0)).toBeUndefined()
    expect(board.closure(at('other', '1'), 0)).toBeUndefined()
  })

  it('a quota that is used up: that key at every model', () => {
    const board = healthBoard()
    board.failed(at('m', '1'), failure('quota'), 0)
    expect(board.closure(at('other', '1'), 0)).toMatchObject({ id: 'p#1', why: 'quota' })
    expect(board.closure(at('m', '2'), 0)).toBeUndefined()
  })

  it('a provider’s failures: the model there, with whichever key', () => {
    const board = healthBoard({ minVolume: 2 })
    board.failed(at('m', '1'), failure('server'), 0)
    expect(board.closure(at('m', '1'), 0)).toBeUndefined()
    board.failed(at('m', '2'), failure('timeout', { paid: true }), 0)
    expect(board.closure(at('m', '1'), 0)).toMatchObject({ id: 'p/m', why: 'failing' })
    expect(board.closure(at('other', '1'), 0)).toBeUndefined()
  })

  it('the caller’s own: nothing', () => {
    const board = healthBoard({ minVolume: 1 })
    for (const kind of ['caller', 'context_window', 'content_filter', 'model_not_found'] as const)
      board.failed(at('m'), failure(kind), 0)
    expect(board.closure(at('m'), 0)).toBeUndefined()
  })
})

describe('a probe', () => {
  it('is one call, and what it finds is told', () => {
    const board = healthBoard({ minVolume: 1, openMs: 100 })
    const told: string[] = []
    board.watch({
      closed: ({ id, why }) => told.push(`${id} ${why}`),
      opened: (id) => told.push(`${id} well`),
    })
    board.failed(at('m'), failure('unreachable'), 0)
    expect(board.begin(at('m'), 50)).toBe(false)
    expect([board.begin(at('m'), 100), board.begin(at('m'), 100)]).toEqual([true, false])
    expect(board.closure(at('m'), 100)).toMatchObject({ why: 'probing' })
    board.answering(at('m'), well(), 110)
    expect(board.closure(at('m'), 110)).toBeUndefined()
    expect(told).toEqual(['p/m failing', 'p/m well'])
  })
})

describe('a provider’s own forecast', () => {
  it('shuts a key that has no request left, or too few tokens for this call', () => {
    const board = healthBoard()
    const said = (tokens: string, requests: string) =>
      board.answering(
        at('m'),
        well({
          'x-ratelimit-remaining-requests': requests,
          'x-ratelimit-reset-requests': '1s',
          'x-ratelimit-remaining-tokens': tokens,
          'x-ratelimit-reset-tokens': '6m0s',
        }),
        0,
      )
    said('100', '5')
    expect(board.closure(at('m'), 0, 100)).toBeUndefined()
    expect(board.closure(at('m'), 0, 101)).toMatchObject({ why: 'forecast', untilMs: 360_000 })
    said('100', '0')
    expect(board.closure(at('m'), 0)).toMatchObject({ why: 'forecast' })
  })
})

describe('when it was last seen to fail', () => {
  it('is its last failure; now, while its calls are let wait', () => {
    const board = healthBoard()
    expect(board.failingAtMs(at('m'), 50)).toBe(0)
    board.failed(at('m'), failure('server'), 50)
    board.begin(at('m'), 1_000)
    expect([board.failingAtMs(at('m'), 1_500), board.failingAtMs(at('m'), 1_501)]).toEqual([50, 1_501])
    board.answering(at('m'), well(), 1_600)
    expect(board.failingAtMs(at('m'), 1_700)).toBe(50)
    board.ended(at('m'))
    expect(board.failingAtMs(at('m'), 9_000)).toBe(50)
  })
})

describe('what others have found', () => {
  it('reaches a deployment in use, however many others have been asked since it was first', () => {
    const board = healthBoard()
    board.answered(at('busy'), 0)
    for (let other = 0; other < 2_500; other++) {
      board.answered(at(`other-${other}`), 0)
      board.answered(at('busy'), 0)
    }
    board.impose({ id: 'p/busy', why: 'failing', untilMs: 1_000 }, 0)
    expect(board.closure(at('busy'), 0)).toMatchObject({ id: 'p/busy', why: 'failing' })
  })

  it('shuts and opens as if it had been found here, and is not told on', () => {
    const board = healthBoard()
    const told: Closure[] = []
    board.watch({ closed: (closure) => told.push(closure), opened: () => {} })
    board.impose({ id: 'p/m', why: 'failing', untilMs: 100 }, 0)
    board.impose({ id: 'p#1', why: 'quota', untilMs: 200 }, 0)
    expect(board.closure(at('m'), 0)).toMatchObject({ id: 'p#1', why: 'quota' })
    board.lift('p#1')
    expect(board.closure(at('m'), 0)).toMatchObject({ id: 'p/m', why: 'failing' })
    board.lift('p/m')
    expect(board.closure(at('m'), 0)).toBeUndefined()
    expect(told).toEqual([])
  })
})

describe('reading it', () => {
  it('tells how each deployment does, and why', () => {
    const board = healthBoard()
    board.begin(at('m'), 0)
    board.answering(at('m'), well(), 0)
    board.answered(at('m'), 0)
    board.failed(at('m'), failure('server', { status: 500 }), 5)
    expect(board.read(5)).toEqual([
      {
        provider: 'p',
        model: 'm',
        breaker: 'closed',
        closure: undefined,
        latencyMs: 10,
        inFlight: 1,
        answered: 1,
        failed: 1,
        lastFailure: { kind: 'server', status: 500, atMs: 5 },
        forecast: undefined,
      },
    ])
  })
})
