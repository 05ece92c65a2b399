import { slot } from '../../core/slot.ts'
import type { Principal } from '../../directory/principal.ts'

/** Who is calling. */
export const principal = slot<Principal>()('principal', 'auth-virtual-key or identify')
