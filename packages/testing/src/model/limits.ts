/** What a model cannot go beyond, in tokens. */
export interface ModelLimits {
  readonly contextWindow: number
  readonly maxOutputTokens: number
  /** An OpenAI model that refuses `max_tokens` and asks for `max_completion_tokens`. */
  readonly reasons?: boolean
}

/**
 * https://platform.openai.com/docs/models · https://platform.claude.com/docs/en/about-claude/models/overview ·
 * https://ai.google.dev/gemini-api/docs/models
 */
const LIMITS: readonly (readonly [prefix: string, limits: ModelLimits])[] = [
  ['gpt-4o', { contextWindow: 128_000, maxOutputTokens: 16_384 }],
  ['gpt-4.1', { contextWindow: 1_047_576, maxOutputTokens: 32_768 }],
  ['gpt-5', { contextWindow: 400_000, maxOutputTokens: 128_000, reasons: true }],
  ['gpt-3.5-turbo-instruct', { contextWindow: 4_096, maxOutputTokens: 4_096 }],
  ['claude-', { contextWindow: 200_000, maxOutputTokens: 64_000 }],
  ['gemini-embedding', { contextWindow: 2_048, maxOutputTokens: 1 }],
  ['gemini-', { contextWindow: 1_048_576, maxOutputTokens: 65_536 }],
]

// A model that only a test has a price for.
const ANY: ModelLimits = { contextWindow: Number.MAX_SAFE_INTEGER, maxOutputTokens: Number.MAX_SAFE_INTEGER }

export function limitsOf(model: string): ModelLimits {
  return LIMITS.find(([prefix]) => model.startsWith(prefix))?.[1] ?? ANY
}
