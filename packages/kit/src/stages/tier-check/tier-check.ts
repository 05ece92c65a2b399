import type { IncomingMessage } from 'node:http'
import { TollgateError } from '../../core/errors.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import type { Principal } from '../../directory/principal.ts'
import { pathOf, receiveCall } from '../../wire/receive.ts'
import { principal } from '../identify/slots.ts'
import { endpointClass } from './endpoint-class.ts'
import { modelPattern } from './model-pattern.ts'
import { type Entitlement, entitlement } from './slots.ts'

/** A set of models and endpoint classes, and what it takes to be let in. */
export interface Tier {
  /** Patterns over model names: `gpt-4o-mini`, `claude-haiku-*`, `*`. */
  readonly models: readonly string[]
  /** Endpoint classes besides chat, completions and embeddings: `images`, `fine-tuning` … */
  readonly endpoints?: readonly string[]
  /** Who approves access, as text for the refusal: `team-lead`. `none` by default. */
  readonly approval?: string
}

export interface TierCheckOptions {
  /** By name, the least first. None declared: every model is allowed. */
  readonly tiers?: Readonly<Record<string, Tier>>
  /** The tier of a caller; undefined refuses every model. The first of the tiers by default. */
  readonly tierOf?: (principal: Principal) => string | undefined
  /** `observe` reports what would have been refused, and lets it pass. */
  readonly mode?: 'enforce' | 'observe'
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
}: TierCheckOptions = {}): Stage<'principal', 'entitlement', 'tier-check'> => {
  const gates = new Map(Object.entries(tiers).map(([name, tier]) => [name, gateOf(name, tier)]))
  return defineStage({
    name: 'tier-check',
    needs: [principal],
    gives: [entitlement],
    handle: async function tierCheck(req, res) {
      const call = await receiveCall(req)
      if (gates.size === 0) return entitlement.set(req, { tier: undefined })
      const tier = tierOf(principal.get(req)) ?? ''
      const refusal = refusalOf(req, call?.model, gates, tier)
      if (refusal && mode === 'enforce') throw refusal
      if (refusal) res.setHeader('x-tollgate-would-refuse', refusal.code)
      const given: Entitlement = refusal ? { tier, wouldRefuse: refusal.code } : { tier }
      entitlement.set(req, given)
    },
  })
}

interface Gate {
  readonly name: string
  readonly approval: string
  model(name: string): boolean
  endpoint(name: string): boolean
}

function gateOf(name: string, { models, endpoints = [], approval = 'none' }: Tier): Gate {
  const patterns = models.map(modelPattern)
  return {
    name,
    approval,
    model: (model) => patterns.some((matches) => matches(model)),
    endpoint: (endpoint) => endpoints.includes(endpoint),
  }
}

type TierRefusal = TollgateError<'model_not_allowed'> | TollgateError<'endpoint_not_allowed'>

function refusalOf(
  req: IncomingMessage,
  model: string | undefined,
  gates: ReadonlyMap<string, Gate>,
  tier: string,
): TierRefusal | undefined {
  const gate = gates.get(tier)
  const endpoint = endpointClass(pathOf(req))
  if (endpoint && !gate?.endpoint(endpoint)) {
    const others = [...gates.values()].filter((other) => other.endpoint(endpoint))
    return new TollgateError('endpoint_not_allowed', {
      message: sentence(tier, `the ${endpoint} endpoints`, others),
    })
  }
  if (model !== undefined && !gate?.model(model)) {
    const others = [...gates.values()].filter((other) => other.model(model))
    return new TollgateError('model_not_allowed', { param: 'model', message: sentence(tier, model, others) })
  }
  return undefined
}

/** What is missing, where it is, and who can give it. */
function sentence(tier: string, what: string, others: readonly Gate[]): string {
  const lacks =
    tier === ''
      ? `You have no tier, so ${what} is not open to you.`
      : `Tier ${tier} does not include ${what}.`
  const [first] = others
  if (!first) return `${lacks} No tier does. Ask your administrator.`
  const approval = first.approval === 'none' ? '' : ` (approval: ${first.approval})`
  return `${lacks} Tier ${first.name} does${approval}. Ask your administrator.`
}
