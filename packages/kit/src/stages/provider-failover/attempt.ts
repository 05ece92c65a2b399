import type { IncomingHttpHeaders } from 'node:http'
import { peekContext } from '../../core/context.ts'
import { errorBodyOf } from '../../core/refuse.ts'
import type { RefusedAnswer } from '../../failover/classify.ts'
import type { Closure } from '../../failover/closure.ts'
import { deploymentId } from '../../failover/deployment-id.ts'
import { type Failure, isCallersOwn } from '../../failover/failure.ts'
import { brokenOff, cutOff } from '../../failover/faults.ts'
import { loseAttempt } from '../../toll/attempt.ts'
import { leaveProvider } from '../../toll/provider-hold.ts'
import type { Deployment } from '../../wire/routes.ts'
import { isEventStream } from '../../wire/sse.ts'
import type { TranslatedCall } from '../../wire/translate-call.ts'
import type { UpstreamResult } from './exchange.ts'
import { note, noteAnswer } from './note.ts'
import type { Outgoing } from './outgoing.ts'
import type { Preference } from './preference.ts'
import { type Attempt, answering } from './slots.ts'
import { type Translation, translationOf } from './translation.ts'
import type { Trip } from './trip.ts'
import { callUpstream } from './upstream.ts'

export interface AttemptOptions {
  readonly deployment: Deployment
  /** As its health has been told. */
  readonly startedAtMs: number
  readonly outgoing: Outgoing
  readonly despite: Closure | undefined
  readonly preference: Preference
}

export type AttemptEnd =
  /** The client has its answer, or as much of it as there is. */
  'answered' | 'left' | 'stopped' | { readonly failure: Failure; readonly refused: RefusedAnswer | undefined }

/** One call of one deployment, and what it has cost when it was not the answer. */
export async function attempt(trip: Trip, options: AttemptOptions): Promise<AttemptEnd> {
  const { res, toll, crew } = trip
  const { clock, health } = crew
  const { deployment, startedAtMs, outgoing, despite } = options
  const result = await callUpstream({
    means: crew,
    totalAtMs: trip.totalAtMs,
    res,
    outgoing,
    onStart(letGo) {
      if (toll) toll.onStopped = letGo
    },
    onSent() {
      if (toll) toll.sentAtMs = clock.now()
    },
    onAnswer({ status, headers, firstByteMs }) {
      health.answering(deployment, { firstByteMs, headers }, clock.now())
      announce(trip, options)
      return outgoing.translated && translate(trip, outgoing.translated, status, headers)
    },
  })
  const durationMs = clock.now() - startedAtMs
  const seen = { durationMs, ...(despite ? { despite: despite.why } : {}) }
  if (result.end === 'left' || result.end === 'stopped') {
    health.abandoned(deployment, startedAtMs)
    noteAnswer(trip, deployment, { outcome: result.end, ...seen })
    return result.end
  }
  if (result.end === 'failed') {
    const { failure } = result
    health.failed(deployment, failure, clock.now(), startedAtMs)
    const lostNanoUsd = lose(trip, result)
    note(trip, deployment, { ...toldOf(failure), ...seen, lostNanoUsd })
    return { failure, refused: isCallersOwn(failure) ? result.refused : undefined }
  }
  const { status, firstByteMs } = result
  if (result.end === 'answered') {
    health.answered(deployment, clock.now(), startedAtMs)
    noteAnswer(trip, deployment, { outcome: 'answered', status, firstByteMs, ...seen })
    res.end()
    return 'answered'
  }
  const { failure } = result
  // Whose time is up may have asked for a long answer, or read it slowly: that says nothing of who was giving it.
  if (failure?.late === 'total') health.abandoned(deployment, startedAtMs)
  else if (failure) health.failed(deployment, failure, clock.now(), startedAtMs)
  else health.answered(deployment, clock.now(), startedAtMs)
  const reason = failure ? { reason: failure.kind } : {}
  noteAnswer(trip, deployment, { outcome: cutBy(trip), ...reason, status, firstByteMs, ...seen })
  finishCut(trip, deployment, failure)
  return 'answered'
}

/** What of a failure is kept. */
function toldOf({ kind, status }: Failure): Pick<Attempt, 'outcome' | 'reason' | 'status'> {
  const outcome = kind === 'unreachable' || kind === 'timeout' || kind === 'broken' ? kind : 'refused'
  return { outcome, reason: kind, ...(status === undefined ? {} : { status }) }
}

/** A status says that nothing was generated; a call that was sent and not answered may have been. Nano-USD. */
function lose(
  { toll, call, crew }: Trip,
  { failure, sent }: Extract<UpstreamResult, { end: 'failed' }>,
): number {
  if (!toll) return 0
  if (!failure.paid || !sent) {
    toll.sentAtMs = undefined
    leaveProvider(toll)
    return 0
  }
  // The head of an answer that is no stream comes when all of it has been generated.
  const lost = loseAttempt(toll, crew.clock.now(), {
    generated: failure.status !== undefined && !call.stream ? 'all' : 'unknown',
  })
  leaveProvider(toll, lost)
  return lost?.nanoUsd ?? 0
}

/** Whom the client has its answer from: the last moment for headers. */
function announce({ req, res, made }: Trip, { deployment, outgoing, preference }: AttemptOptions): void {
  answering.set(req, deployment)
  if (outgoing.lost.length > 0) res.setHeader('x-tollgate-lost', outgoing.lost.join(', '))
  res.setHeader('x-tollgate-provider', deployment.provider.name)
  res.setHeader('x-tollgate-model', deployment.model)
  res.setHeader('x-tollgate-attempts', made.filter(({ outcome }) => outcome !== 'skipped').length + 1)
  const { instead, because } = preference
  if (instead && deploymentId(instead) !== deploymentId(deployment))
    res.setHeader('x-tollgate-downgraded', `${deploymentId(instead)}; ${because}`)
}

/** What stands between this answer and the client: whoever reads it for its cost is told where its own bytes pass. */
function translate(
  trip: Trip,
  translated: TranslatedCall,
  status: number,
  headers: IncomingHttpHeaders,
): Translation {
  const { req, call, toll, crew } = trip
  const { model, stream, wantsUsage, body: request } = call
  const requestId = peekContext(req)!.id
  const asked = { model, stream, wantsUsage, request, requestId, nowMs: crew.clock.now() }
  const translation = translationOf(translated, asked, status, headers)
  if (toll) toll.reading = translation.reading
  return translation
}

/** Who ended an answer before its end. */
function cutBy({ res, toll, crew }: Trip): Attempt['outcome'] {
  if (toll?.stopped) return 'stopped'
  if (res.closed) return 'left'
  return crew.stop.aborted ? 'stopped' : 'broken'
}

/** End an answer that broke off, so that no SDK takes what came for a success. */
function finishCut(
  { res, toll, req, call, crew }: Trip,
  deployment: Deployment,
  failure: Failure | undefined,
): void {
  if (toll) toll.cut = true
  if (res.closed) return
  const fault = crew.stop.aborted ? cutOff() : brokenOff(deployment, failure)
  if (!isEventStream(res.getHeader('content-type'))) throw fault
  res.end(call.format.streamError(errorBodyOf(req, fault)))
}
