import { TollgateError } from '../core/errors.ts'
import { holdOrEnd } from '../toll/provider-hold.ts'
import { reserveToll } from '../toll/reserve.ts'
import { endToll, type Toll } from '../toll/toll.ts'
import type { Call } from '../wire/call.ts'
import { writeRecord } from './record.ts'
import { firstCall } from './response-call.ts'
import type { Terms, Visit } from './terms.ts'

/** Reserve the worst case of a response. @throws TollgateError when it does not fit, or cannot be priced. */
export async function reserveResponse(
  { policy }: Terms,
  visit: Visit,
  call: Call,
  gone: () => boolean,
): Promise<Toll> {
  holdInput(visit, call)
  const { requestId, principal, deployment, caps } = visit
  const plain = { received: undefined, upTo: undefined }
  const toll = await reserveToll(policy, { ...plain, requestId, principal, call, deployment, caps, gone })
  await holdOrEnd(toll, deployment.provider, policy.clock)
  return toll
}

/**
 * What a response reads is all of the conversation so far, which is counted as it comes.
 *
 * @throws TollgateError `cap_exceeded` when that is more than one request of its caller may read.
 */
export function holdInput(
  { caps: { maxInputTokens = Number.POSITIVE_INFINITY } }: Pick<Visit, 'caps'>,
  { inputBytes, unboundedInput }: Call,
): void {
  if (inputBytes <= maxInputTokens && (!unboundedInput || maxInputTokens === Number.POSITIVE_INFINITY)) return
  throw new TollgateError('cap_exceeded', {
    message: `A response of yours may read at most ${maxInputTokens} tokens, and this conversation may have more. Begin another session.`,
  })
}

/** Give back what was reserved for the first response of a session that has none, and keep a record of the session. */
export function releaseUnused(terms: Terms, visit: Visit, toll: Toll): Promise<void> {
  const booked = endToll(toll, 'nothing')
  writeRecord(terms, visit, {
    call: firstCall(visit.model),
    toll,
    atMs: toll.reservedAtMs,
    firstByteAtMs: undefined,
    ending: 'finished',
    status: 101,
    refusal: undefined,
  })
  return booked
}
