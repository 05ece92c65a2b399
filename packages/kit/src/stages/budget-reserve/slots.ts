import { slot } from '../../core/slot.ts'
import type { Toll } from '../../toll/toll.ts'

/** The money held for this request, and what becomes of it; undefined for a request that buys nothing. */
export const reservation = slot<Toll | undefined>()('reservation', 'budget-reserve')
