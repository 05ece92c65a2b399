import { type GrantView, NOTHING_GRANTED } from '../../access/grant-view.ts'
import type { HowToAsk } from '../../directory/how-to-ask.ts'
import type { Principal } from '../../directory/principal.ts'
import { readable } from '../../directory/readable.ts'
import { type Tiers, tierGate } from './gates.ts'
import type { Asker, TierGate } from './tiers.ts'

/** The tiers that callers of an org may have: always the same ones, or those of the moment. */
export type TiersOf = Tiers | ((org: string) => Tiers | Promise<Tiers>)

/** The tier of a caller; undefined refuses every model. */
export type TierOf = (principal: Principal) => string | undefined | Promise<string | undefined>

export interface AskersOptions {
  readonly tiers: TiersOf
  /** The first of the tiers by default. */
  readonly tierOf: TierOf | undefined
  readonly grants: GrantView | undefined
  readonly howToAsk: HowToAsk | undefined
}

/** A caller with its tier, and the gate of the tiers that there are. */
export interface Asking {
  readonly asker: Asker
  readonly gate: TierGate
  /** By name, the least first; none declared: every model is allowed. */
  readonly names: readonly string[]
}

/**
 * Finds what callers may have. Tiers are read once, for as long as they are the same.
 *
 * @throws RangeError when a pattern of a tier that is known at assembly is none.
 */
export function askers({
  tiers,
  tierOf,
  grants,
  howToAsk,
}: AskersOptions): (principal: Principal) => Promise<Asking> {
  const read = new WeakMap<Tiers, Pick<Asking, 'gate' | 'names'>>()
  const readOnce = (declared: Tiers) => {
    const known = read.get(declared)
    if (known) return known
    const gate = tierGate(declared, howToAsk && { howToAsk })
    const made = { gate, names: Object.keys(declared) }
    read.set(declared, made)
    return made
  }
  if (typeof tiers !== 'function') readOnce(tiers)

  return async (principal) => {
    const { gate, names } = readOnce(
      typeof tiers === 'function' ? await readable(() => tiers(principal.org)) : tiers,
    )
    const tier = tierOf ? await readable(() => tierOf(principal)) : names[0]
    const found = grants?.of(principal) ?? NOTHING_GRANTED
    const granted = found instanceof Promise ? await found : found
    return { asker: { principal, tier: tier ?? '', granted }, gate, names }
  }
}
