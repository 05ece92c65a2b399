import type { Share } from '../../cache/scope.ts'
import type { Principal } from '../../directory/principal.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'

/** What may be served from the cache, to whom, and for how long. */
export interface CachePolicy {
  /** `exact`: the very same request. `semantic`: also one that asks the same in other words. */
  readonly mode: CacheMode
  /** How long an answer may be served, ms; an hour by default. A tenth less for some, so that not all go at once. */
  readonly ttlMs?: number
  /** Among whom answers are shared: the callers of one project by default. */
  readonly share?: Share
  /**
   * `steady` keeps answers of requests that want the same answer each time: a temperature of 0.3 or less, or a seed. `any`
   * keeps those of all, for models that know no temperature, and clients that never set it.
   */
  readonly sampling?: 'steady' | 'any'
  /** Whether answers are kept that end in calls of tools. */
  readonly toolCalls?: boolean
  /** The most wrong answers among those that are served for other words, as a share; 0.02 by default. */
  readonly delta?: number
  /** What everybody may see: without it nothing is shared with other orgs. */
  readonly publicContent?: boolean
}

export const CACHE_MODES = ['off', 'exact', 'semantic'] as const
export type CacheMode = (typeof CACHE_MODES)[number]

/** Who asks for what, as a policy may depend on it. */
export interface CacheAsker {
  readonly principal: Principal
  /** Of the caller, where tiers are declared. */
  readonly tier: string | undefined
  readonly call: ReceivedCall
}

/** A policy with nothing left open. */
export type WholePolicy = Required<Omit<CachePolicy, 'publicContent'>>

/** @throws RangeError for what no policy can mean. */
export function wholePolicy({
  mode,
  ttlMs = 3_600_000,
  share = 'project',
  sampling = 'steady',
  toolCalls = false,
  delta = 0.02,
  publicContent = false,
}: CachePolicy): WholePolicy {
  if (!(ttlMs > 0)) throw new RangeError(`A cache's ttlMs is a time, not ${ttlMs}`)
  if (!(delta > 0 && delta < 1)) throw new RangeError(`A cache's delta is between 0 and 1, not ${delta}`)
  if (share === 'global' && !publicContent)
    throw new RangeError('A cache is shared with every org only where its policy says `publicContent: true`')
  return { mode, ttlMs, share, sampling, toolCalls, delta }
}
