import { LRUCache } from 'lru-cache'
import { MODEL_FAMILIES, type ModelLimits } from './model-limits-table.ts'

export type { Encoding, ModelLimits } from './model-limits-table.ts'

/** Corrections and models of one's own, by model name; what is not given stays as known. */
export type ModelLimitOverrides = Readonly<Record<string, Partial<ModelLimits>>>

/**
 * An assumption, since no provider promises a top speed: a few times what models without hidden reasoning are measured
 * at in public (100 to 300 tokens a second). Models with hidden reasoning are charged what was reserved instead.
 */
const ASSUMED_TOP_TOKENS_PER_SECOND = 1_000

/** Nothing is assumed of a model that is in no table, except the worst of what it may hide. */
const UNKNOWN: ModelLimits = {
  contextWindow: undefined,
  maxOutput: undefined,
  hiddenReasoning: true,
  encoding: 'o200k_base',
  ownEncoding: false,
  topTokensPerSecond: ASSUMED_TOP_TOKENS_PER_SECOND,
}

const MEMO_ENTRIES = 1_000
/** Longer than the name of any model, and not worth matching. */
const LONGEST_NAME = 256

/**
 * The limits of models by name, from the table and one's own overrides (which win, by exact name).
 *
 * @example
 * const limitsOf = modelLimits({ llama: { contextWindow: 131_072, maxOutput: 8_192, hiddenReasoning: false } })
 * limitsOf('gpt-4o-2024-08-06').maxOutput // 16_384
 */
export function modelLimits(overrides: ModelLimitOverrides = {}): (model: string) => ModelLimits {
  const own = new Map(Object.entries(overrides))
  const memo = new LRUCache<string, ModelLimits>({ max: MEMO_ENTRIES })

  return function limitsOf(model) {
    if (model.length > LONGEST_NAME) return UNKNOWN
    const known = memo.get(model)
    if (known) return known
    const limits = { ...listedLimits(model.toLowerCase()), ...own.get(model) }
    memo.set(model, limits)
    return limits
  }
}

function listedLimits(name: string): ModelLimits {
  // `openai/gpt-4o` of a reseller, `us.anthropic.claude-…` of Bedrock and `ft:gpt-4o:acme` of a customer have the limits of
  // what they are made of.
  const bare = name.slice(name.lastIndexOf('/') + 1).replace(/^(?:ft:|(?:[a-z-]+\.)?anthropic\.)/, '')
  const listed = MODEL_FAMILIES.find((family) => family.models.test(bare))
  if (!listed) return UNKNOWN
  const { contextWindow, maxOutput, hiddenReasoning, encoding, ownEncoding } = listed
  return { ...UNKNOWN, contextWindow, maxOutput, hiddenReasoning, encoding, ownEncoding }
}
