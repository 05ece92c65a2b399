import { defineStage, type Stage } from '../../core/stage.ts'
import type { Principal } from '../../directory/principal.ts'
import { type Passages, passageOf } from '../../wire/passage/passages.ts'
import { pathOf, receiveCall } from '../../wire/receive.ts'
import { principal } from '../identify/slots.ts'
import { type Tier, tierGate } from './gates.ts'
import { type Entitlement, entitlement } from './slots.ts'

export interface TierCheckOptions {
  /** By name, the least first. None declared: every model is allowed. */
  readonly tiers?: Readonly<Record<string, Tier>>
  /** The tier of a caller; undefined refuses every model. The first of the tiers by default. */
  readonly tierOf?: (principal: Principal) => string | undefined
  /** `observe` reports what would have been refused, and lets it pass. */
  readonly mode?: 'enforce' | 'observe'
  /** Where requests go that are no calls of models; without it, only the class of their path counts. */
  readonly passages?: Passages
}

/**
 * Let a caller use only the models and endpoint classes of its tier.
 *
 * Refuses with `model_not_allowed` or `endpoint_not_allowed` (403), naming the tier that has it and who approves it.
 *
 * @example
 * tierCheck({ tiers: { default: { models: ['gpt-4o-mini'] }, project: { models: ['gpt-4o'], approval: 'team-lead' } }, tierOf: (p) => tierOfTeam[p.team] })
 */
export const tierCheck = ({
  tiers = {},
  tierOf = () => Object.keys(tiers)[0],
  mode = 'enforce',
  passages,
}: TierCheckOptions = {}): Stage<'principal', 'entitlement', 'tier-check'> => {
  const gate = tierGate(tiers)
  const ranks = Object.keys(tiers)
  const declared = ranks.length > 0
  return defineStage({
    name: 'tier-check',
    needs: [principal],
    gives: [entitlement],
    handle: async function tierCheck(req, res) {
      const passage = passages && passageOf(req, passages)
      const call = await receiveCall(req)
      if (!declared) return entitlement.set(req, { tier: undefined })
      const tier = tierOf(principal.get(req)) ?? ''
      const refusal = gate(tier, { path: pathOf(req), passage, model: call?.model })
      if (refusal && mode === 'enforce') throw refusal
      if (refusal) res.setHeader('x-tollgate-would-refuse', refusal.code)
      const given: Entitlement = refusal ? { tier, wouldRefuse: refusal.code } : { tier }
      const path = pathOf(req)
      const allows = (model: string) => gate(tier, { path, model }) === undefined
      entitlement.set(req, { ...given, rank: ranks.indexOf(tier), ...(mode === 'enforce' && { allows }) })
    },
  })
}
