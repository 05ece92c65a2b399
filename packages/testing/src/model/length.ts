import type { Behaviour } from '../behaviour.ts'
import { type Body, isObject } from '../dialect.ts'

const USUAL_TOKENS = 24

/**
 * How long an answer is by itself, tokens: as the behaviour orders, else as the request's own
 * `metadata: { answer_tokens: '500' }` asks, which OpenAI's SDKs and gateways pass on unchanged.
 */
export function naturalLength({ metadata }: Body, { answerTokens }: Behaviour): number {
  if (answerTokens !== undefined) return answerTokens
  const asked = Number(isObject(metadata) ? (metadata.answer_tokens ?? USUAL_TOKENS) : USUAL_TOKENS)
  return Number.isInteger(asked) && asked >= 0 ? asked : USUAL_TOKENS
}
