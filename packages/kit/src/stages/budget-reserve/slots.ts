import { type Slot, slot } from '../../core/slot.ts'
import type { Toll } from '../../toll/toll.ts'

/** The money held for a request, as anybody may read it. */
export type Reservation = Readonly<Pick<Toll, 'id' | 'granted' | 'cap' | 'tightest' | 'would' | 'ended'>>

/** The toll that this request pays, for the stages that settle it; undefined for a request that buys nothing. */
export const tollSlot = slot<Toll | undefined>()('reservation', 'budget-reserve')

/** The money held for this request, and how that ended; undefined for a request that buys nothing. */
export const reservation: Slot<Reservation | undefined, 'reservation'> = tollSlot
