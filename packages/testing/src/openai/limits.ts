import type { Refusal } from '../behaviour.ts'
import { type Body, isRefusal } from '../dialect.ts'
import { limitsOf } from '../model/limits.ts'
import { invalidRequest } from './errors.ts'
import { wholeNumber } from './question.ts'

/** The cap that a request to Chat Completions or Completions names, by either of its names; undefined when it names none. */
export function capAsked(body: Body, model: string): { cap: number; field: string } | undefined | Refusal {
  const older = wholeNumber(body, 'max_tokens')
  if (isRefusal(older)) return older
  const newer = wholeNumber(body, 'max_completion_tokens')
  if (isRefusal(newer)) return newer
  if (older !== undefined && newer !== undefined) {
    return invalidRequest(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    )
  }
  if (older !== undefined && limitsOf(model).reasons) {
    return invalidRequest(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'unsupported_parameter',
    )
  }
  if (older !== undefined) return { cap: older, field: 'max_tokens' }
  return newer === undefined ? undefined : { cap: newer, field: 'max_completion_tokens' }
}

/** The most tokens that one choice may have, thinking included: by the request, the model, and what the input leaves. */
export function outputCap(
  asked: { readonly cap: number; readonly field: string } | undefined,
  model: string,
  inputTokens: number,
): number | Refusal {
  const { contextWindow, maxOutputTokens } = limitsOf(model)
  const cap = asked?.cap ?? maxOutputTokens
  if (cap > maxOutputTokens) {
    return invalidRequest(
      `max_tokens is too large: ${cap}. This model supports at most ${maxOutputTokens} completion tokens.`,
      asked?.field,
    )
  }
  if (inputTokens >= contextWindow) {
    return invalidRequest(
      `This model's maximum context length is ${contextWindow} tokens. However, your input has ${inputTokens}.`,
      'messages',
      'context_length_exceeded',
    )
  }
  return Math.min(cap, contextWindow - inputTokens)
}
