import { expect, it } from 'vitest'
import type { Deployment } from '../wire/routes.ts'
import { healthBoard } from './health-board.ts'
import { itinerary } from './itinerary.ts'
import { retries } from './retries.ts'

const at = (name: string): Deployment => ({
  provider: { name, dialect: 'openai', baseUrl: 'http://127.0.0.1' },
  model: 'm',
})
const deployments = [at('a'), at('b'), at('c')]

const MINUTES = 10
const REQUESTS_PER_SECOND = 50
const ANSWER_MS = 800
const FAILURE_MS = 60

/** Numbers that look random and are the same each time: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** When each deployment is down: spans of 5 to 65 seconds, about a quarter of the time, and never all three at once. */
function outages(random: () => number): (deployment: number, nowMs: number) => boolean {
  const spans: { deployment: number; fromMs: number; toMs: number }[] = []
  for (let nowMs = 0; nowMs < MINUTES * 60_000; nowMs += 20_000) {
    const span = {
      deployment: Math.floor(random() * 3),
      fromMs: nowMs,
      toMs: nowMs + 5_000 + random() * 60_000,
    }
    const others = new Set(spans.filter(({ toMs }) => toMs > span.fromMs).map(({ deployment }) => deployment))
    if (others.size < 2 || others.has(span.deployment)) spans.push(span)
  }
  return (deployment, nowMs) =>
    spans.some((span) => span.deployment === deployment && span.fromMs <= nowMs && nowMs < span.toMs)
}

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
  'ten minutes of outages, seed %i: nearly all is answered, with a fifth more calls at most',
  (seed) => {
    const random = seeded(seed)
    const isDown = outages(random)
    const time = virtualTime()
    const health = healthBoard()
    const policy = retries({ random })
    const tally = { requests: 0, calls: 0, answered: 0, failed: 0 }

    const travel = () => {
      tally.requests += 1
      policy.begin()
      const way = itinerary({ deployments, health, retries: policy, startedAtMs: time.now() })
      const step = () => {
        const next = way.next(time.now())
        if (next.go === 'stop') {
          tally.failed += 1
          return
        }
        if (next.go === 'wait') return time.after(next.ms, step)
        const { deployment } = next
        health.begin(deployment, time.now())
        tally.calls += 1
        const down = isDown(deployments.indexOf(deployment), time.now())
        const tookMs = down ? FAILURE_MS : ANSWER_MS * random()
        time.after(tookMs, () => {
          health.ended(deployment)
          if (!down) {
            health.answering(deployment, { firstByteMs: tookMs, headers: {} }, time.now())
            health.answered(deployment, time.now())
            tally.answered += 1
            return
          }
          const failure = { kind: 'overloaded', status: 503, paid: false } as const
          health.failed(deployment, failure, time.now())
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
    expect(tally.answered / tally.requests).toBeGreaterThanOrEqual(0.999)
    expect(tally.calls / tally.requests).toBeLessThanOrEqual(1.2)
    expect(health.read(time.now()).map(({ inFlight }) => inFlight)).toEqual([0, 0, 0])
  },
)
