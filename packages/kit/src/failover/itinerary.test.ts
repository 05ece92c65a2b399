import { describe, expect, it } from 'vitest'
import type { Deployment } from '../wire/routes.ts'
import type { Closure } from './closure.ts'
import { idsOf } from './deployment-id.ts'
import type { Failure, FailureKind } from './failure.ts'
import { type ItineraryOptions, itinerary, type Step } from './itinerary.ts'

const at = (name: string, model = name, key?: string): Deployment => ({
  provider: { name, dialect: 'openai', baseUrl: 'http://127.0.0.1' },
  model,
  ...(key === undefined ? {} : { key }),
})
const [a, b, c] = [at('a'), at('b'), at('c')]

const failure = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({ kind, paid: false, ...more })

/** A way, and who is shut on it. */
function way(options: Partial<ItineraryOptions> = {}) {
  const shut = new Map<string, Closure>()
  const failingAtMs = new Map<Deployment, number>()
  const passedOver: string[] = []
  const tested = itinerary({
    deployments: [a, b, c],
    health: {
      closure: (deployment) => shut.get(idsOf(deployment).seat),
      failingAtMs: (deployment) => failingAtMs.get(deployment) ?? 0,
    },
    retries: { pauseMs: () => undefined, allowOne: () => false },
    startedAtMs: 0,
    onPassedOver: (deployment, { why }) => passedOver.push(`${deployment.provider.name}: ${why}`),
    ...options,
  })
  const close = (deployment: Deployment, untilMs: number, why: Closure['why'] = 'failing') =>
    shut.set(idsOf(deployment).seat, { id: idsOf(deployment).seat, why, untilMs })
  const open = () => shut.clear()
  return { ...tested, close, open, failingAtMs, passedOver, goes: () => said(tested.next(0)) }
}

function said(step: Step): string {
  if (step.go === 'try') return step.despite ? `${name(step)} despite ${step.despite.why}` : name(step)
  if (step.go === 'queue') return `queue at ${name(step)}`
  return step.go === 'wait' ? `wait ${step.ms}` : step.go
}

const name = ({ deployment: { provider, key } }: { readonly deployment: Deployment }) =>
  provider.name + (key === undefined ? '' : `#${key}`)

describe('where to go next', () => {
  it('is the next in order, at once, and then nowhere', () => {
    const tested = way()
    for (const deployment of [a, b, c]) {
      expect(tested.goes()).toBe(deployment.provider.name)
      tested.failed(deployment, failure('server'))
    }
    expect(tested.goes()).toBe('stop')
  })

  it('is nowhere when the request itself is at fault', () => {
    const tested = way()
    tested.failed(a, failure('caller', { status: 400 }))
    expect(tested.goes()).toBe('stop')
  })

  it('is a larger model for a request that is too long, and nobody whose size is not known', () => {
    const windows = new Map([
      [a, 100],
      [c, 200],
    ])
    const tested = way({ windowOf: (deployment) => windows.get(deployment) })
    tested.failed(a, failure('context_window'))
    expect(tested.goes()).toBe('c')
    tested.failed(c, failure('server'))
    expect(tested.goes()).toBe('stop')
  })

  it('is another provider where a filter has struck', () => {
    const other = at('a', 'other')
    const tested = way({ deployments: [a, other, b] })
    tested.failed(a, failure('content_filter'))
    expect(tested.goes()).toBe('b')
  })

  it('is anybody for a model that is not there, unless that is not to be rescued', () => {
    const tested = way()
    tested.failed(a, failure('model_not_found'))
    expect(tested.goes()).toBe('b')
    const strict = way({ rescues: ['context_window'] })
    strict.failed(a, failure('model_not_found'))
    expect(strict.goes()).toBe('stop')
  })

  it('is another key of the same deployment after a 429, and none of them when the deployment is down', () => {
    const deployments = [at('a', 'm', '1'), at('a', 'm', '2'), b]
    const limited = way({ deployments })
    limited.failed(deployments[0]!, failure('rate_limited'))
    expect(limited.goes()).toBe('a#2')
    const down = way({ deployments })
    down.failed(deployments[0]!, failure('unreachable'))
    expect(down.goes()).toBe('b')
  })
})

describe('who is shut', () => {
  it('is passed over, and said once', () => {
    const tested = way()
    tested.close(a, 50, 'quota')
    expect([tested.goes(), tested.goes()]).toEqual(['b', 'b'])
    expect(tested.passedOver).toEqual(['a: quota'])
  })

  it('is asked all the same when all are: the one that opens first', () => {
    const tested = way()
    tested.close(a, 50, 'quota')
    tested.close(b, 20, 'rate_limited')
    tested.close(c, 30, 'rate_limited')
    expect(tested.goes()).toBe('b despite rate_limited')
    tested.failed(b, failure('rate_limited'))
    expect(tested.goes()).toBe('stop')
  })

  it('is the one that was seen to fail the longest ago, of those that are only thought to be failing', () => {
    const asks = (failingAtMs: readonly number[]) => {
      const tested = way()
      tested.close(a, 90)
      tested.close(b, 20)
      tested.close(c, 10, 'rate_limited')
      for (const [at, deployment] of [a, b, c].entries()) tested.failingAtMs.set(deployment, failingAtMs[at]!)
      return tested.goes()
    }
    expect(asks([5, 6, 4])).toBe('a despite failing')
    expect(asks([7, 6, 4])).toBe('b despite failing')
    expect(asks([6, 6, 4])).toBe('b despite failing')
  })

  it('is asked as a retry once somebody else has failed, if it is only thought to be failing', () => {
    const shutOff = (allowOne: boolean, why: Closure['why']) => {
      const tested = way({
        deployments: [a, b],
        retries: { pauseMs: () => undefined, allowOne: () => allowOne },
      })
      tested.close(b, 20, why)
      tested.failed(a, failure('server'))
      return tested.goes()
    }
    expect(shutOff(true, 'failing')).toBe('b despite failing')
    expect(shutOff(true, 'quota')).toBe('stop')
    expect(shutOff(false, 'failing')).toBe('stop')
  })
})

describe('who has no room', () => {
  it('is passed by, and waited for when nobody else has any', () => {
    const full = new Set([a])
    const tested = way({ deployments: [a, b], hasRoom: (deployment) => !full.has(deployment) })
    expect(tested.goes()).toBe('b')
    full.add(b)
    expect(tested.goes()).toBe('queue at a')
    tested.skipped(a)
    expect(tested.goes()).toBe('queue at b')
    tested.skipped(b)
    expect(tested.goes()).toBe('stop')
  })
})

describe('asking again', () => {
  const retries = {
    pauseMs: (round: number, waitMs: number) => (round < 2 ? waitMs + 1 : undefined),
    allowOne: () => false,
  }

  it('waits until all have failed, and asks those whom a moment may mend', () => {
    const tested = way({ retries })
    tested.failed(a, failure('server'))
    tested.failed(b, failure('auth'))
    tested.failed(c, failure('broken', { paid: true }))
    expect(tested.goes()).toBe('wait 1')
    expect(tested.goes()).toBe('a')
    tested.failed(a, failure('server'))
    expect(tested.goes()).toBe('wait 1')
    tested.failed(a, failure('server'))
    expect(tested.goes()).toBe('stop')
  })

  it('waits for the first of them that wants to be asked again', () => {
    const tested = way({ retries, deployments: [a, b] })
    tested.failed(a, failure('rate_limited', { retryAfterMs: 700 }))
    tested.failed(b, failure('rate_limited', { retryAfterMs: 400 }))
    expect(tested.goes()).toBe('wait 401')
  })

  it('never repeats what may have been paid for', () => {
    const tested = way({ retries, deployments: [a] })
    tested.failed(a, failure('malformed', { paid: true }))
    expect(tested.goes()).toBe('stop')
  })
})
