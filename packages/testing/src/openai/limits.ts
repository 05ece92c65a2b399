import type { Refusal } from '../behaviour.ts'
import { invalidRequest } from './errors.ts'
import { type Body, isRefusal, wholeNumber } from './question.ts'

/** What a model cannot go beyond, in tokens: https://platform.openai.com/docs/models */
interface ModelLimits {
  readonly contextWindow: number
  readonly maxOutputTokens: number
  /** Refuses `max_tokens` and asks for `max_completion_tokens`. */
  readonly reasons?: boolean
}

const LIMITS: readonly (readonly [prefix: string, limits: ModelLimits])[] = [
  ['gpt-4o', { contextWindow: 128_000, maxOutputTokens: 16_384 }],
  ['gpt-4.1', { contextWindow: 1_047_576, maxOutputTokens: 32_768 }],
  ['gpt-5', { contextWindow: 400_000, maxOutputTokens: 128_000, reasons: true }],
  ['gpt-3.5-turbo-instruct', { contextWindow: 4_096, maxOutputTokens: 4_096 }],
]

// A model that only a test has a price for.
const ANY: ModelLimits = { contextWindow: Number.MAX_SAFE_INTEGER, maxOutputTokens: Number.MAX_SAFE_INTEGER }

function limitsOf(model: string): ModelLimits {
  return LIMITS.find(([prefix]) => model.startsWith(prefix))?.[1] ?? ANY
}

/** The most tokens that one choice may have, thinking included: by the request, the model, and what the input leaves. */
export function outputCap(body: Body, model: string, inputTokens: number): number | Refusal {
  const { contextWindow, maxOutputTokens, reasons } = limitsOf(model)
  const older = wholeNumber(body, 'max_tokens')
  if (isRefusal(older)) return older
  const newer = wholeNumber(body, 'max_completion_tokens')
  if (isRefusal(newer)) return newer
  if (older !== undefined && newer !== undefined) {
    return invalidRequest(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    )
  }
  if (older !== undefined && reasons) {
    return invalidRequest(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'unsupported_parameter',
    )
  }
  const asked = older ?? newer ?? maxOutputTokens
  if (asked > maxOutputTokens) {
    return invalidRequest(
      `max_tokens is too large: ${asked}. This model supports at most ${maxOutputTokens} completion tokens.`,
      older === undefined ? 'max_completion_tokens' : 'max_tokens',
    )
  }
  if (inputTokens >= contextWindow) {
    return invalidRequest(
      `This model's maximum context length is ${contextWindow} tokens. However, your input has ${inputTokens}.`,
      'messages',
      'context_length_exceeded',
    )
  }
  return Math.min(asked, contextWindow - inputTokens)
}
