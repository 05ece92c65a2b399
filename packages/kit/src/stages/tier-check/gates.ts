import { askAdministrator, type HowToAsk } from '../../directory/how-to-ask.ts'
import type { RequestCaps } from '../../directory/records.ts'
import { modelPattern } from '../../wire/model-pattern.ts'
import { TEXT, VISION } from './endpoint-class.ts'
import { classesOf } from './passage-class.ts'
import { closedEndpoint, closedModel, outOfScope } from './refusals.ts'
import type { Gate, TierGate } from './tiers.ts'

/** A set of models and endpoint classes, the bounds of one request, and what it takes to be let in. */
export interface Tier {
  /** Patterns over model names: `gpt-4o-mini`, `claude-haiku-*`, `*`. */
  readonly models: readonly string[]
  /** Endpoint classes besides chat, completions and embeddings: `images`, `fine-tuning` … */
  readonly endpoints?: readonly string[]
  /** Who approves access, as text for the refusal: `team-lead`. `none` by default. */
  readonly approval?: string
  /** What one request may be at the most. */
  readonly caps?: RequestCaps
}

/** Tiers by name, the least first. */
export type Tiers = Readonly<Record<string, Tier>>

export interface TierGateOptions {
  /** Ends refusals with how to ask for what is refused. */
  readonly howToAsk?: HowToAsk
}

/** Read tiers once, at assembly. @throws RangeError when a pattern is none. */
export function tierGate(tiers: Tiers, { howToAsk = askAdministrator }: TierGateOptions = {}): TierGate {
  const gates = new Map(Object.entries(tiers).map(([name, tier]) => [name, gateOf(name, tier)]))
  const all = [...gates.values()]
  const named = new Set(Object.values(tiers).flatMap(({ endpoints = [] }) => endpoints))

  return ({ principal, tier, granted }, wish) => {
    const { model } = wish
    const classes = classesOf(wish, named)
    const confined = outOfScope(principal.scopes, classes, model)
    if (confined) return { refusal: confined }
    if (all.length === 0) return { tier: '', caps: {} }

    // The picture in a chat is nobody's business until a tier makes it one's.
    const closable = classes.filter((name) => name !== TEXT && (name !== VISION || named.has(VISION)))
    const mine = [tier, ...(granted?.tiers ?? [])].flatMap((name) => gates.get(name) ?? [])
    const given = model !== undefined && granted?.models.some((pattern) => modelPattern(pattern)(model))
    const opens = (gate: Gate) => closable.every((name) => gate.endpoint(name))
    const has = (gate: Gate) => model === undefined || given || gate.model(model)
    const gate = mine.find((one) => opens(one) && has(one))
    if (gate) return { tier: gate.name, caps: gate.caps }
    // Whoever has no tier has at least what it was granted, and what asks for nothing.
    if (closable.length === 0 && (model === undefined || given)) return { tier, caps: {} }

    const refused = { principal, tier, howToAsk }
    const closed = closable.find((name) => !mine.some((one) => one.endpoint(name)))
    const endpoint = closed ?? (mine.some(has) ? closable[0] : undefined)
    if (endpoint !== undefined) {
      const others = all.filter((other) => other.endpoint(endpoint))
      return { refusal: closedEndpoint(refused, endpoint, others) }
    }
    return {
      refusal: closedModel(
        refused,
        model!,
        all.filter((other) => other.model(model!)),
      ),
    }
  }
}

function gateOf(name: string, { models, endpoints = [], approval = 'none', caps = {} }: Tier): Gate {
  const patterns = models.map(modelPattern)
  return {
    name,
    approval,
    caps,
    model: (model) => patterns.some((matches) => matches(model)),
    endpoint: (endpoint) => endpoints.includes(endpoint),
  }
}
