import { expect, it } from 'vitest'
import { outages, seeded } from '../../../../test/support/outages.ts'
import type { Deployment } from '../wire/routes.ts'
import { healthBoard } from './health-board.ts'
import { itinerary } from './itinerary.ts'
import { retries } from './retries.ts'

const at = (name: string): Deployment => ({
  provider: { name, dialect: 'openai', baseUrl: 'http://127.0.0.1' },
  model: 'm',
})
const deployments = [at('a'), at('b'), at('c')]

/** Of the calls of a deployment that is well, so many fail all the same. */
const BLIPS = 0.01
const MINUTES = 10
const REQUESTS_PER_SECOND = 50
const ANSWER_MS = 800
const FAILURE_MS = 60

/** A queue of what happens when, on a clock that nobody waits for. */
function virtualTime() {
  const due: { atMs: number; act: () => void }[] = []
  let nowMs = 0
  return {
    now: () => nowMs,
    after(ms: number, act: () => void) {
      const event = { atMs: nowMs + ms, act }
      let index = due.length
      while (index > 0 && due[index - 1]!.atMs > event.atMs) index -= 1
      due.splice(index, 0, event)
    },
    run() {
      for (let next = due.shift(); next; next = due.shift()) {
        nowMs = next.atMs
        next.act()
      }
    },
  }
}

it.each([1, 2, 3, 4, 5])(
  'ten minutes of outages, seed %i: who can be served is, with a twentieth more calls at most',
  (seed) => {
    const random = seeded(seed)
    const { isDown, isOneWell } = outages(random, { minutes: MINUTES })
    const time = virtualTime()
    const health = healthBoard()
    const policy = retries({ random })
    const tally = { requests: 0, calls: 0, answered: 0, failed: 0, servable: 0, lost: 0 }

    const travel = () => {
      tally.requests += 1
      policy.begin()
      const startedAtMs = time.now()
      const way = itinerary({ deployments, health, retries: policy, startedAtMs })
      const over = (end: 'answered' | 'failed') => {
        tally[end] += 1
        if (!isOneWell(startedAtMs, time.now())) return
        tally.servable += 1
        if (end === 'failed') tally.lost += 1
      }
      const step = () => {
        const next = way.next(time.now())
        if (next.go === 'stop') return over('failed')
        if (next.go === 'wait') return time.after(next.ms, step)
        const { deployment } = next
        const beganAtMs = time.now()
        health.begin(deployment, beganAtMs)
        tally.calls += 1
        const down = random() < BLIPS || isDown(deployments.indexOf(deployment), beganAtMs)
        const tookMs = down ? FAILURE_MS : ANSWER_MS * random()
        time.after(tookMs, () => {
          health.ended(deployment)
          if (!down) {
            health.answering(deployment, { firstByteMs: tookMs, headers: {} }, time.now())
            health.answered(deployment, time.now(), beganAtMs)
            return over('answered')
          }
          const failure = { kind: 'overloaded', status: 503, paid: false } as const
          health.failed(deployment, failure, time.now(), beganAtMs)
          way.failed(deployment, failure)
          step()
        })
      }
      step()
    }
    const arrive = () => {
      travel()
      if (tally.requests < MINUTES * 60 * REQUESTS_PER_SECOND) time.after(1_000 / REQUESTS_PER_SECOND, arrive)
    }
    arrive()
    time.run()

    expect(tally.requests).toBe(MINUTES * 60 * REQUESTS_PER_SECOND)
    expect(tally.answered + tally.failed).toBe(tally.requests)
    expect(tally.lost / tally.servable).toBeLessThanOrEqual(0.001)
    expect(tally.calls / tally.requests).toBeLessThanOrEqual(1.05)
    expect(health.read(time.now()).map(({ inFlight }) => inFlight)).toEqual([0, 0, 0])
  },
)
