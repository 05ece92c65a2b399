import { slot } from '../../core/slot.ts'
import type { Holdings } from '../../wire/stored/holdings.ts'

/** What a call names of what providers store, and what of it is its caller's; undefined for one that names nothing. */
export const holdings = slot<Holdings | undefined>()('holdings', 'owner-check')
