import { slot } from '../../core/slot.ts'
import type { Charge } from '../../toll/charge.ts'

/** What the request was charged; undefined when it bought nothing. */
export const charge = slot<Charge | undefined>()('charge', 'usage-reconcile')
