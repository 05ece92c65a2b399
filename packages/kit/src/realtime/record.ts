import { requestRecord } from '../audit/request-record.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Toll } from '../toll/toll.ts'
import type { Call } from '../wire/call.ts'
import type { Terms, Visit } from './terms.ts'

/** What became of one response, or of a session that had none. */
export interface ResponseFacts {
  readonly call: Call | undefined
  readonly toll: Toll | undefined
  readonly atMs: number
  readonly firstByteAtMs: number | undefined
  readonly ending: 'finished' | 'aborted'
  /** 101 of a session that was opened. */
  readonly status: number
  readonly refusal: ErrorCode | undefined
}

/** One record of each response, and of each session that has none; those of one session share its request's id. */
export function writeRecord(
  { audit, clock }: Terms,
  visit: Pick<Visit, 'requestId'> & Partial<Visit>,
  { call, toll, atMs, firstByteAtMs, ending, status, refusal }: ResponseFacts,
): void {
  if (!audit) return
  const endedAtMs = clock.now()
  const { requestId, principal, tier, tierWouldRefuse, deployment } = visit
  const durationMs = Math.max(0, endedAtMs - atMs)
  const outcome = ending === 'finished' ? 'answered' : 'left'
  const sent = deployment && toll?.sentAtMs !== undefined
  const attempts = sent
    ? [{ provider: deployment.provider.name, model: deployment.model, outcome, durationMs }]
    : undefined
  audit.write(
    requestRecord({
      requestId,
      atMs,
      endedAtMs,
      latencyMs: durationMs,
      firstByteMs: firstByteAtMs === undefined ? null : Math.max(0, firstByteAtMs - atMs),
      principal,
      tier,
      tierWouldRefuse,
      call,
      toll,
      attempts,
      ending,
      status,
      refusal,
      content: null,
    }),
  )
}
