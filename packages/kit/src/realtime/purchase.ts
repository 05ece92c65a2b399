import { reserveToll } from '../toll/reserve.ts'
import { endToll, type Toll } from '../toll/toll.ts'
import type { Call } from '../wire/call.ts'
import { writeRecord } from './record.ts'
import { firstCall } from './response-call.ts'
import type { Terms, Visit } from './terms.ts'

/** Reserve the worst case of a response. @throws TollgateError when it does not fit, or cannot be priced. */
export function reserveResponse(
  { policy }: Terms,
  visit: Visit,
  call: Call,
  gone: () => boolean,
): Promise<Toll> {
  const { requestId, principal, deployment } = visit
  const plain = { received: undefined, upTo: undefined }
  return reserveToll(policy, { ...plain, requestId, principal, call, deployment, gone })
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
