import type { Dispatcher } from 'undici'
import { type Clock, systemClock } from '../../core/clock.ts'
import { type Crowd, crowd } from '../../core/crowd.ts'
import { slot } from '../../core/slot.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import { machineTimers } from '../../core/timers.ts'
import { type HealthBoard, healthBoard } from '../../failover/health-board.ts'
import { providerAgent } from '../../failover/provider-agent.ts'
import { type RetryOptions, retries as retriesOf } from '../../failover/retries.ts'
import { noEndpoint, pathOf, receiveCall } from '../../wire/receive.ts'
import { type Routes, routeOf } from '../../wire/routes.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import { principal } from '../identify/slots.ts'
import { holdings, neededFor } from '../owner-check/slots.ts'
import { entitlement } from '../tier-check/slots.ts'
import { gatesOf } from './gates.ts'
import { settleAnswer } from './settle-answer.ts'
import { attempts } from './slots.ts'
import { attemptSpans } from './spans.ts'
import { travel } from './travel.ts'
import type { Crew, Trip } from './trip.ts'

export interface ProviderFailoverOptions {
  readonly routes: Routes
  /** How long to wait for a connection, for the first byte, between two bytes, and for a whole request, ms. */
  readonly timeouts?: Timeouts
  /** When to ask again those who have failed, once all have. */
  readonly retries?: RetryOptions
  /** How deployments do; shared with `routing()`, and with whoever wants to read it. One of this stage's own by default. */
  readonly health?: HealthBoard
  /** How providers are called; an undici Agent of this stage's own by default. */
  readonly dispatcher?: Dispatcher
  /**
   * Refuse a request that a translation would lose something of (400), rather than name it in `x-tollgate-lost`. A request
   * asks for this itself by `x-tollgate-translation: strict`.
   */
  readonly strict?: boolean
  /**
   * Aborted when the process is about to end, and has waited for its calls as long as it can: their providers are aborted,
   * and their clients are told, a stream by an error event and its terminal event.
   */
  readonly stop?: AbortSignal
  readonly clock?: Clock
}

export interface Timeouts {
  readonly connectMs?: number
  readonly firstByteMs?: number
  readonly idleMs?: number
  readonly totalMs?: number
}

const trips = slot<Trip>()('failover-trip', 'provider-failover')

/**
 * Call the model's deployments until one answers, and pipe its answer to the client, byte for byte.
 *
 * A failure that is not the request's own goes on to the next deployment, always before the client has seen a byte; once
 * all have failed, those that a moment may have mended are asked again, within `retries`. Whoever fails most of the time,
 * or has said that it will refuse, is passed over for a while. The reservation is extended to the next one's price before
 * it is called; one that does not fit the budget, or whose dialect cannot say the request, is skipped: nothing is sent to it.
 *
 * Answers `provider_error` (502), `provider_unavailable` (503) or `provider_timeout` (504) when none answered,
 * `budget_exceeded` (429) when none fits, `model_not_found` and `endpoint_not_found` (404). The provider is aborted as soon
 * as the client leaves. What it knows of deployments dies with the process, and is learnt anew.
 *
 * @example
 * providerFailover({ routes: modelRoutes({ providers: [{ name: 'openai', dialect: 'openai', baseUrl, apiKey }] }) })
 */
export const providerFailover = ({
  routes,
  timeouts: { connectMs = 10_000, firstByteMs = 600_000, idleMs = 300_000, totalMs = 3_600_000 } = {},
  retries = {},
  health = healthBoard(),
  dispatcher = providerAgent({ connectMs }),
  strict = false,
  stop = new AbortController().signal,
  clock = systemClock,
}: ProviderFailoverOptions): Stage<never, 'attempts', 'provider-failover', true> => {
  const crew: Crew = {
    routes,
    health,
    retries: retriesOf(retries),
    gates: gatesOf(machineTimers),
    limits: { connectMs, firstByteMs, idleMs },
    dispatcher,
    running: endedBy(stop),
    stop,
    spans: attemptSpans(),
    clock,
    timers: machineTimers,
  }
  return defineStage({
    name: 'provider-failover',
    needs: neededFor(routes.providers, holdings),
    gives: [attempts],
    last: true,
    observes: [tollSlot, principal, entitlement],
    handle: async function providerFailover(req, res) {
      const call = await receiveCall(req)
      if (!call?.atEndpoint) throw noEndpoint(`There is nothing at ${req.method} ${pathOf(req)}.`)
      const entitled = entitlement.peek(req)
      const trip: Trip = {
        req,
        res,
        call,
        toll: tollSlot.peek(req),
        made: [],
        answer: undefined,
        strict: strict || req.headers['x-tollgate-translation'] === 'strict',
        priority: entitled?.rank ?? 0,
        startedAtMs: clock.now(),
        totalAtMs: performance.now() + totalMs,
        crew,
      }
      attempts.set(req, trip.made)
      trips.set(req, trip)
      if (trip.toll) {
        // Nothing has been sent yet, and this stage knows when it is.
        trip.toll.proxied = true
        trip.toll.sentAtMs = undefined
      }
      const asker = { caller: principal.peek(req), allows: entitled?.allows }
      await travel(trip, routeOf(req, call, routes, asker))
    },
    settle: function providerFailover(req) {
      const trip = trips.peek(req)
      if (trip) settleAnswer(trip)
    },
  })
}

/** Whatever is in it is called when the process is about to end: a listener on the signal for all calls, not for each. */
function endedBy(stop: AbortSignal): Crowd<() => void> {
  const running = crowd<() => void>()
  stop.addEventListener('abort', () => {
    for (const end of running.present()) end()
  })
  return running
}
