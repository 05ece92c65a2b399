import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { Agent, type Dispatcher } from 'undici'
import { type Clock, systemClock } from '../../core/clock.ts'
import { peekContext } from '../../core/context.ts'
import { TollgateError } from '../../core/errors.ts'
import { errorBodyOf } from '../../core/refuse.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import { extendTo, loseAttempt } from '../../toll/attempt.ts'
import type { Toll } from '../../toll/toll.ts'
import { formatAt } from '../../wire/formats.ts'
import { noEndpoint, pathOf, receiveCall } from '../../wire/receive.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import { type Deployment, type Routes, routeOf } from '../../wire/routes.ts'
import { isEventStream } from '../../wire/sse.ts'
import type { TranslatedCall } from '../../wire/translate-call.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import type { Failure } from './failure.ts'
import { brokenOff, cutOff, providerFault } from './faults.ts'
import { type Outgoing, outgoingCall } from './outgoing.ts'
import { type Attempt, attempts } from './slots.ts'
import { type Translation, translationOf } from './translation.ts'
import { callUpstream } from './upstream.ts'

export interface ProviderFailoverOptions {
  readonly routes: Routes
  /** How long to wait for a connection, for the first byte, and between two bytes, ms. */
  readonly timeouts?: { readonly connectMs?: number; readonly firstByteMs?: number; readonly idleMs?: number }
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

/**
 * Call the model's deployments in order until one answers, and pipe its answer to the client, byte for byte. Goes on to
 * the next on a connect error, a time-out, 401, 403, 408, 429 and 5xx, always before the first byte; the reservation is
 * extended to the next one's price before it is called. One that does not fit the budget, or whose dialect cannot say the
 * request, is skipped: nothing is sent to it.
 *
 * Answers `provider_error` (502), `provider_unavailable` (503) or `provider_timeout` (504) when none answered,
 * `model_not_found` and `endpoint_not_found` (404). The provider is aborted as soon as the client leaves.
 *
 * @example
 * providerFailover({ routes: modelRoutes({ providers: [{ name: 'openai', dialect: 'openai', baseUrl, apiKey }] }) })
 */
export const providerFailover = ({
  routes,
  timeouts: { connectMs = 10_000, firstByteMs = 600_000, idleMs = 300_000 } = {},
  dispatcher = new Agent({ connect: { timeout: connectMs } }),
  strict = false,
  stop = new AbortController().signal,
  clock = systemClock,
}: ProviderFailoverOptions): Stage<never, 'attempts', 'provider-failover', true> => {
  const running = endedBy(stop)
  return defineStage({
    name: 'provider-failover',
    gives: [attempts],
    last: true,
    observes: [tollSlot],
    handle: async function providerFailover(req, res) {
      const call = await receiveCall(req)
      if (!call || !formatAt(pathOf(req))) {
        throw noEndpoint(`There is nothing at ${req.method} ${pathOf(req)}.`)
      }
      const trip: Trip = {
        req,
        res,
        call,
        toll: tollSlot.peek(req),
        made: [],
        dispatcher,
        strict: strict || req.headers['x-tollgate-translation'] === 'strict',
        firstByteMs,
        idleMs,
        running,
        stop,
        clock,
      }
      attempts.set(req, trip.made)
      if (trip.toll) {
        // Nothing has been sent yet, and this stage knows when it is.
        trip.toll.proxied = true
        trip.toll.sentAtMs = undefined
      }
      await tryInOrder(trip, routeOf(req, call, routes))
    },
  })
}

/** Whatever is in it is called when the process is about to end: a listener on the signal for all calls, not for each. */
function endedBy(stop: AbortSignal): Set<() => void> {
  const running = new Set<() => void>()
  stop.addEventListener('abort', () => {
    for (const end of [...running]) end()
  })
  return running
}

/** One request on its way through its deployments. */
interface Trip {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly call: ReceivedCall
  readonly toll: Toll | undefined
  readonly made: Attempt[]
  readonly dispatcher: Dispatcher
  readonly strict: boolean
  readonly firstByteMs: number
  readonly idleMs: number
  readonly running: Set<() => void>
  readonly stop: AbortSignal
  readonly clock: Clock
}

async function tryInOrder(trip: Trip, deployments: readonly Deployment[]): Promise<void> {
  let fault: TollgateError | undefined
  for (const [index, deployment] of deployments.entries()) {
    if (trip.res.closed) return
    if (trip.stop.aborted) throw cutOff()
    if (index > 0 && trip.toll && (await extendTo(trip.toll, deployment))) {
      note(trip, deployment, { outcome: 'skipped' }, 0)
      continue
    }
    const said = sayFor(trip, deployment)
    if ('refusal' in said) {
      note(trip, deployment, { outcome: 'skipped' }, 0)
      fault ??= said.refusal
      continue
    }
    const failure = await attempt(trip, deployment, said.outgoing)
    if (!failure || failure.outcome === 'left') return
    if (failure.outcome === 'stopped') throw cutOff()
    fault = providerFault(deployment, failure)
  }
  if (fault) throw fault
}

/** The call in the words of a deployment, or why it cannot be said there: another one may speak the client's dialect. */
function sayFor(
  trip: Trip,
  deployment: Deployment,
): { readonly outgoing: Outgoing } | { readonly refusal: TollgateError } {
  try {
    return { outgoing: outgoingCall(trip, deployment) }
  } catch (error) {
    if (TollgateError.is(error)) return { refusal: error }
    throw error
  }
}

/** One attempt; returns why it failed, or undefined once the client has its answer. */
async function attempt(trip: Trip, deployment: Deployment, outgoing: Outgoing): Promise<Failure | undefined> {
  const { res, toll, clock } = trip
  const startedAtMs = clock.now()
  const result = await callUpstream({
    ...trip,
    outgoing,
    onSent() {
      if (toll) toll.sentAtMs = clock.now()
    },
    onAnswer(status, headers) {
      res.setHeader('x-tollgate-provider', deployment.provider.name)
      res.setHeader('x-tollgate-model', deployment.model)
      res.setHeader('x-tollgate-attempts', trip.made.length + 1)
      return outgoing.translated && translate(trip, outgoing.translated, status, headers)
    },
  })
  const durationMs = clock.now() - startedAtMs
  if (result.end === 'failed') {
    const { failure } = result
    note(trip, deployment, failure, durationMs)
    // A status says that nothing was generated; a call that was sent and not answered may have been.
    if (toll && failure.outcome !== 'refused' && failure.outcome !== 'left' && result.sent)
      loseAttempt(toll, clock.now())
    else if (toll && failure.outcome === 'refused') toll.sentAtMs = undefined
    return failure
  }
  const outcome = result.end === 'answered' ? 'answered' : cutBy(trip)
  note(trip, deployment, { outcome, status: result.status }, durationMs, result.firstByteMs)
  finish(trip, result.end, deployment)
  return undefined
}

/** Who ended an answer before its end. */
function cutBy({ res, stop }: Trip): Attempt['outcome'] {
  if (res.closed) return 'left'
  return stop.aborted ? 'stopped' : 'broken'
}

/** What stands between this answer and the client: whoever reads it for its cost is told where its own bytes pass. */
function translate(
  { req, res, call, toll, clock }: Trip,
  translated: TranslatedCall,
  status: number,
  headers: IncomingHttpHeaders,
): Translation {
  const { model, stream, wantsUsage, body: request } = call
  const requestId = peekContext(req)!.id
  const translation = translationOf(
    translated,
    { model, stream, wantsUsage, request, requestId, nowMs: clock.now() },
    status,
    headers,
  )
  if (toll) toll.reading = translation.reading
  if (translated.lost.length > 0) res.setHeader('x-tollgate-lost', translated.lost.join(', '))
  return translation
}

function note(
  { made }: Trip,
  { provider, model }: Deployment,
  { outcome, status }: Pick<Attempt, 'outcome' | 'status'>,
  durationMs: number,
  firstByteMs?: number,
): void {
  made.push({
    provider: provider.name,
    model,
    outcome,
    durationMs,
    ...(status === undefined ? {} : { status }),
    ...(firstByteMs === undefined ? {} : { firstByteMs }),
  })
}

/** End the answer as the provider did; where it broke off, so that no SDK takes the rest for a success. */
function finish({ res, toll, req, call, stop }: Trip, end: 'answered' | 'cut', deployment: Deployment): void {
  if (end === 'answered') {
    res.end()
    return
  }
  if (toll) toll.cut = true
  if (res.closed) return
  const fault = stop.aborted ? cutOff() : brokenOff(deployment)
  if (!isEventStream(res.getHeader('content-type'))) throw fault
  res.end(call.format.streamError(errorBodyOf(req, fault)))
}
