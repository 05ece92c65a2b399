import { capFor } from '../meter/bounds.ts'
import { demandOf } from '../toll/demand.ts'
import { neededCap } from '../toll/needed-cap.ts'
import { endToll, type Toll } from '../toll/toll.ts'
import type { Call } from '../wire/call.ts'
import { stillAdmitted } from './admission.ts'
import type { Leave } from './pacing.ts'
import { holdInput, releaseUnused, reserveResponse } from './purchase.ts'
import type { Terms, Visit } from './terms.ts'

/** What one response has of its caller's budget and pace. */
export interface Bought {
  readonly toll: Toll
  readonly leave: Leave
}

/** What is reserved for the responses of one session. */
export interface Purchases {
  /** Reserve the worst case of a response. @throws TollgateError when its caller may not have it, it does not fit, or has no price. */
  reserve(call: Call): Promise<Bought>
  /** The same for one that runs whether it fits or not; undefined where not even that can be booked. */
  reserveAnyway(call: Call): Promise<Bought | undefined>
  /** The session is over: what was reserved for its first response goes back, if it had none. */
  end(): Promise<void> | undefined
}

/** @param standby What was reserved before the session began, for its first response. */
export function purchases(terms: Terms, visit: Visit, standby: Toll): Purchases {
  let unused: Toll | undefined = standby
  let over = false
  const isOver = () => over
  return {
    async reserve(call) {
      const now = { ...visit, caps: await stillAdmitted(terms, visit) }
      const leave = await terms.pacing.response(visit.principal, call)
      try {
        const held = unused
        unused = undefined
        const toll =
          (held && (await adopted(held, now, call))) ?? (await reserveResponse(terms, now, call, isOver))
        return { toll, leave }
      } catch (refusal) {
        await leave('nothing')
        throw refusal
      }
    },
    async reserveAnyway(call) {
      const observing: Terms = { ...terms, policy: { ...terms.policy, observe: true } }
      const toll = await reserveResponse(observing, visit, call, isOver).catch(() => undefined)
      return toll && { toll, leave: async () => {} }
    },
    end() {
      over = true
      const held = unused
      unused = undefined
      return held && releaseUnused(terms, visit, held)
    },
  }
}

/**
 * Use what was reserved before anything was known of a response for this one, where it pays for it. It is given back
 * otherwise, since nothing was sent for it.
 */
async function adopted(toll: Toll, visit: Visit, call: Call): Promise<Toll | undefined> {
  holdInput(visit, call)
  const demand = demandOf(call, toll.demand!.deployment, toll.sizing)
  if (capFor(toll.granted, demand.bounds) === 'below-minimum') {
    await endToll(toll, 'nothing')
    return undefined
  }
  toll.demand = demand
  toll.cap = toll.observing ? undefined : neededCap(toll.granted, demand, call.maxOutputTokens)
  return toll
}
