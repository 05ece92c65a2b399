import type { Principal } from '../directory/principal.ts'
import type { RecordCache } from './record-cache.ts'

/** Where a tier may be stated, the closest to a caller first: what is closer counts. */
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

export function callerTier({ cache, stated = new Map(), fallback }: CallerTierOptions): CallerTier {
  /** At one of the places, or at one further out: at once, as long as nothing has to be waited for. */
  function from(principal: Principal, at: number): ReturnType<CallerTier> {
    for (let place = at; place < TIER_OF.length; place++) {
      const kind = TIER_OF[place]!
      const id = principal[kind]
      if (id === undefined) continue
      const said = stated.get(`${kind}:${id}`)
      if (said !== undefined) return said
      const found = cache.one(kind, principal.org, id)
      if (found instanceof Promise) {
        return found.then((kept) => kept?.value.tier ?? from(principal, place + 1))
      }
      if (found?.value.tier !== undefined) return found.value.tier
    }
    return fallback
  }

  return (principal) => stated.get(`key:${principal.key}`) ?? from(principal, 0)
}
