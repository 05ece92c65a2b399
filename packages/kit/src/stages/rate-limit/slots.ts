import { slot } from '../../core/slot.ts'
import type { Taken } from '../../limits/limits.ts'
import type { Sighting } from '../../limits/runaway.ts'

/** How fast a request was let go on. */
export interface Pace {
  /** What was taken for it; undefined where limits only observe and would have refused it. */
  readonly taken: Taken | undefined
  readonly sighting: Sighting
  /** Where limits only observe, what would have been refused. */
  readonly wouldRefuse?: 'rate_limited' | 'runaway_loop'
}

/** What `rate-limit` has taken for a request; read by the audit trail. */
export const pace = slot<Pace>()('pace', 'rate-limit')
