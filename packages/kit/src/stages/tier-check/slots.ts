import { slot } from '../../core/slot.ts'
import type { RequestCaps } from '../../directory/records.ts'

/** What a caller may use, and by which tier. */
export interface Entitlement {
  /** The tier's name; undefined where no tiers are declared and every model is allowed. */
  readonly tier: string | undefined
  /** In observe mode, what would have been refused. */
  readonly wouldRefuse?: 'model_not_allowed' | 'endpoint_not_allowed' | 'cap_exceeded'
  /** What one request may be at the most; nothing is capped when absent. */
  readonly caps?: RequestCaps
  /** The grants that the caller has besides its tier, by id; none when absent. */
  readonly grants?: readonly string[]
  /** Whether the tier includes another model too, which the caller has not asked for by name; every model when absent. */
  readonly allows?: (model: string) => boolean
  /** Where the tier stands among the others, from the least: whoever stands higher is served first where requests wait. */
  readonly rank?: number
}

export const entitlement = slot<Entitlement>()('entitlement', 'tier-check')
