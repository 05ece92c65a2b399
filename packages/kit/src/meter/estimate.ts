import { nanoUsd } from '../core/money.ts'
import type { Amounts } from '../ledger/ledger.ts'
import type { Usage } from '../wire/usage.ts'
import { type Bounds, worstAmounts } from './bounds.ts'
import type { ModelLimits } from './model-limits.ts'

/** What is known of a call that ended without the provider's own usage. Tokens of all choices together; times in ms. */
export interface BrokenOff {
  /** As the provider said it before it broke off, or by tokenizer; undefined when neither can (images, files, audio). */
  readonly inputTokens: number | undefined
  /** Everything received from the provider, forwarded or not. */
  readonly outputTokensSeen: number
  readonly stream: boolean
  /** From the dispatch of the request to its end. */
  readonly sinceDispatchMs: number
  /** From the first output seen to the last; 0 when there was none. */
  readonly outputMs: number
  /** The cap on output that the provider was given, per choice, when it was given one. */
  readonly cap?: number | undefined
}

/** Generated but not received: what was on its way, or in a buffer, when it broke off. */
const LEAST_SLACK_TOKENS = 32
/** How long a provider may go on before it notices that nobody reads any more. */
const SLACK_MS = 1_000

/**
 * What a broken-off call probably used, and at least what the provider bills for it: input as counted; output as seen,
 * plus one second at the speed seen (32 tokens per choice at least). Where no output was seen on a stream: as much as
 * the model can have generated since dispatch, and in one second more. Where what was seen bounds nothing (not a stream: the answer was
 * finished before its first byte; or reasoning that is never shown): all that was reserved.
 */
export function estimateUsage(call: BrokenOff, bounds: Bounds, limits: ModelLimits): Usage {
  const mostOutput = Math.min(bounds.outputTokens, call.cap ?? bounds.outputTokens) * bounds.choices
  if (!call.stream || limits.hiddenReasoning)
    return { ...bounds.pieces, input: bounds.inputTokens, output: mostOutput }

  const topPerSecond = limits.topTokensPerSecond * bounds.choices
  const leastSlack = LEAST_SLACK_TOKENS * bounds.choices
  const unseen =
    call.outputTokensSeen === 0
      ? ((call.sinceDispatchMs + SLACK_MS) / 1_000) * topPerSecond
      : Math.min(topPerSecond, (call.outputTokensSeen * SLACK_MS) / Math.max(1, call.outputMs))
  return {
    ...bounds.pieces,
    input: Math.min(bounds.inputTokens, call.inputTokens ?? bounds.inputTokens),
    output: Math.min(mostOutput, call.outputTokensSeen + Math.max(leastSlack, Math.ceil(unseen))),
  }
}

/**
 * What an estimated usage is settled at: each token at the dearest kind that the call could be billed at, since nobody
 * said which it was; never above what was reserved.
 */
export function estimatedCharge(usage: Usage, bounds: Bounds, reserved: Amounts): Amounts {
  const charge = worstAmounts(bounds.unit, usage.input, usage.output)
  if (!charge) return reserved
  return {
    usd: nanoUsd(Math.min(charge.usd, reserved.usd)),
    tokens: Math.min(charge.tokens, reserved.tokens),
    requests: Math.min(charge.requests, reserved.requests),
  }
}
