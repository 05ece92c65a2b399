import { TollgateError } from '../../core/errors.ts'
import { modelPattern } from '../../wire/model-pattern.ts'
import type { Passage } from '../../wire/passage/passages.ts'
import { endpointClass } from './endpoint-class.ts'
import { passageClass } from './passage-class.ts'

/** A set of models and endpoint classes, and what it takes to be let in. */
export interface Tier {
  /** Patterns over model names: `gpt-4o-mini`, `claude-haiku-*`, `*`. */
  readonly models: readonly string[]
  /** Endpoint classes besides chat, completions and embeddings: `images`, `fine-tuning` … */
  readonly endpoints?: readonly string[]
  /** Who approves access, as text for the refusal: `team-lead`. `none` by default. */
  readonly approval?: string
}

/** Tiers by name, the least first. */
export type Tiers = Readonly<Record<string, Tier>>

/** What a caller asks for, as far as a tier has a say in it. */
export interface Wish {
  readonly path: string
  /** Where it is passed through to, when it is no call of a model. */
  readonly passage?: Passage | undefined
  readonly model: string | undefined
}

export type TierRefusal = TollgateError<'model_not_allowed'> | TollgateError<'endpoint_not_allowed'>

/** Why a tier does not include what is asked for; undefined when it does, and where no tiers are declared. */
export type TierGate = (tier: string, wish: Wish) => TierRefusal | undefined

interface Gate {
  readonly name: string
  readonly approval: string
  model(name: string): boolean
  endpoint(name: string): boolean
}

/** Read tiers once, at assembly. @throws RangeError when a pattern is none. */
export function tierGate(tiers: Tiers): TierGate {
  const gates = new Map(Object.entries(tiers).map(([name, tier]) => [name, gateOf(name, tier)]))
  const named = new Set(Object.values(tiers).flatMap(({ endpoints = [] }) => endpoints))
  return (tier, { path, passage, model }) => {
    if (gates.size === 0) return undefined
    const gate = gates.get(tier)
    const endpoint = passage ? passageClass(path, passage, named) : endpointClass(path)
    if (endpoint && !gate?.endpoint(endpoint)) {
      const others = [...gates.values()].filter((other) => other.endpoint(endpoint))
      return new TollgateError('endpoint_not_allowed', {
        message: sentence(tier, `the ${endpoint} endpoints`, others),
      })
    }
    if (model !== undefined && !gate?.model(model)) {
      const others = [...gates.values()].filter((other) => other.model(model))
      const message = sentence(tier, model, others)
      return new TollgateError('model_not_allowed', { param: 'model', message })
    }
    return undefined
  }
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
