import type { Principal } from '../directory/principal.ts'
import type { RecordCache } from './record-cache.ts'

/** Where a tier may be stated besides at a key, the closest to a caller first: what is closer counts. */
const TIER_OF = ['project', 'user', 'team', 'org'] as const

export interface CallerTierOptions {
  readonly cache: Pick<RecordCache, 'one'>
  /** What somebody else than the directory states, by account: a config file. */
  readonly stated?: ReadonlyMap<string, string>
  /** The tier of whoever none is stated for. */
  readonly fallback?: string | undefined
}

/** Finds the tier of a caller: that of its key, else of its project, its user, its team, its org, and then the fallback. */
export type CallerTier = (principal: Principal) => string | undefined | Promise<string | undefined>

/** A tier, and whose it is. */
export interface HeldTier {
  readonly tier: string
  /** Undefined: nobody's in particular. */
  readonly holder: 'key' | (typeof TIER_OF)[number] | undefined
}

/** The same, and who of a caller's it is stated for. */
export type CallerHeldTier = (principal: Principal) => HeldTier | undefined | Promise<HeldTier | undefined>

export function callerTier(options: CallerTierOptions): CallerTier {
  const heldOf = callerHeldTier(options)
  return (principal) => {
    const held = heldOf(principal)
    return held instanceof Promise ? held.then((found) => found?.tier) : held?.tier
  }
}

export function callerHeldTier({ cache, stated = new Map(), fallback }: CallerTierOptions): CallerHeldTier {
  const nobodys: HeldTier | undefined =
    fallback === undefined ? undefined : { tier: fallback, holder: undefined }

  /** At one of the places, or at one further out: at once, as long as nothing has to be waited for. */
  function from(principal: Principal, at: number): ReturnType<CallerHeldTier> {
    for (let place = at; place < TIER_OF.length; place++) {
      const holder = TIER_OF[place]!
      const id = principal[holder]
      if (id === undefined) continue
      const said = stated.get(`${holder}:${id}`)
      if (said !== undefined) return { tier: said, holder }
      const found = cache.one(holder, principal.org, id)
      if (found instanceof Promise) {
        return found.then((kept) => {
          const tier = kept?.value.tier
          return tier === undefined ? from(principal, place + 1) : { tier, holder }
        })
      }
      const tier = found?.value.tier
      if (tier !== undefined) return { tier, holder }
    }
    return nobodys
  }

  return (principal) => {
    const tier = stated.get(`key:${principal.key}`) ?? principal.tier
    return tier === undefined ? from(principal, 0) : { tier, holder: 'key' }
  }
}
