import { type Slot, slot } from '../../core/slot.ts'
import type { PassedProvider } from '../../wire/passage/http-provider.ts'
import type { Provider } from '../../wire/provider.ts'
import type { Holdings } from '../../wire/stored/holdings.ts'

/** What a call names of what providers store, and what of it is its caller's; undefined for one that names nothing. */
export const holdings = slot<Holdings | undefined>()('holdings', 'owner-check')

/** What is no call of a model has been looked at as well. */
export const passingChecked = slot<true>()('passing-checked', 'owner-check, given the same `passages`,')

/** A slot that is needed or given by what options say: the compiler does not see it, assembly and the first request do. */
export type HiddenSlot = Slot<unknown, never>

/** What a stage needs that sends requests to these: that somebody has asked whose things are, where one of them keeps each for its maker. */
export function neededFor(
  providers: readonly PassedProvider[] = [],
  looked: Slot<unknown>,
): readonly HiddenSlot[] {
  return providers.some(isOwned) ? [looked as HiddenSlot] : []
}

/** Whether a provider keeps what it stores for whoever made it. */
export function isOwned(provider: PassedProvider): provider is Provider {
  return 'conversations' in provider && provider.conversations === 'owned'
}
