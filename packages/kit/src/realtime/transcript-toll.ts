import { addCharges, amountsOf, type Charge } from '../toll/charge.ts'
import { holdOrEnd } from '../toll/provider-hold.ts'
import { reserveToll } from '../toll/reserve.ts'
import { endToll, type Toll } from '../toll/toll.ts'
import { unreachable } from '../toll/unreachable.ts'
import { writeRecord } from './record.ts'
import { firstCall } from './response-call.ts'
import type { Terms, Visit } from './terms.ts'

/** The one reservation for all transcripts of a session: opened with the first of them, and growing with the sound. */
export interface TranscriptToll {
  /** Reserve for all that was spent and so much more. @throws TollgateError when the budget has no room for it. */
  reserve(more: Charge): Promise<void>
  spend(charge: Charge): void
  /** Charge what was spent, and keep a record of it, by the model that wrote last. */
  end(model: string): Promise<void>
}

export function transcriptToll(terms: Terms, visit: Visit): TranscriptToll {
  const { policy } = terms
  let toll: Toll | undefined
  let spent: Charge | undefined
  const consumed = () => amountsOf(spent ?? NOTHING)
  const withSpent = (charge: Charge) => (spent ? addCharges(spent, charge) : charge)
  return {
    async reserve(more) {
      const worst = amountsOf(withSpent(more))
      if (!toll) {
        toll = await opened(terms, visit, worst)
        // By its name, as in core/tap and for its reason.
        toll.observe = consumed
        return
      }
      const { booth, id, ttlMs } = toll
      const command = { org: visit.principal.org, id, min: worst, want: worst, consumed: consumed(), ttlMs }
      const result = await booth.ledger.extend(command).catch((cause: unknown) => {
        throw unreachable(cause)
      })
      if (result.status === 'denied') {
        if (!policy.observe) throw toll.refusalOf(result.shortfall, worst)
      } else if (result.status === 'open' || result.status === 'revived') toll.granted = result.granted
      else throw unreachable(`extend answered ${result.status}`)
    },
    spend(charge) {
      spent = withSpent(charge)
    },
    async end(model) {
      if (!toll) return
      const booked = endToll(toll, spent ?? 'nothing')
      const facts = { call: firstCall(model), toll, atMs: toll.sentAtMs!, firstByteAtMs: undefined }
      if (spent) writeRecord(terms, visit, { ...facts, ending: 'finished', status: 101, refusal: undefined })
      await booked
    },
  }
}

async function opened({ policy, clock }: Terms, visit: Visit, worst: Toll['granted']): Promise<Toll> {
  const { requestId, principal, deployment } = visit
  const sentAtMs = clock.now()
  const plain = { call: undefined, received: undefined, deployment: undefined, unknown: [] }
  const upTo = { upTo: worst, bound: 'soft', gone: () => false } as const
  const toll = await reserveToll(policy, { ...plain, ...upTo, requestId, principal })
  await holdOrEnd(toll, deployment.provider, clock)
  toll.sentAtMs = sentAtMs
  return toll
}

const NOTHING: Charge = { nanoUsd: 0 as Charge['nanoUsd'], tokens: 0, basis: 'exact' }
