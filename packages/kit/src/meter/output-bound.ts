import type { Metric } from '../ledger/ledger.ts'
import type { Call } from '../wire/call.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import type { ModelLimits } from './model-limits.ts'
import { TOKENS_PER_UNIT } from './price.ts'
import type { TypicalOutput } from './typical-output.ts'

/** The output that a model may have when nobody has said how much, and a hard limit must hold. */
const UNKNOWN_MAX_OUTPUT_TOKENS = 4_096
/** Answers are rarely longer: with a smaller minimum, many are cut near the limit. */
const USUAL_OUTPUT_TOKENS = 2_048
const LEAST_OUTPUT_TOKENS = 16
/** A reservation that grows begins with as much, so that its first extension has time to come before it is needed. */
const LEAST_FIRST_TOKENS = 64

/** Endpoints that answer with vectors, or with a count: no token is generated. */
const WITHOUT_OUTPUT: ReadonlySet<Endpoint> = new Set(['embeddings', 'embed', 'count_tokens', 'count'])

/** The most that one choice can be, in tokens: the client's own cap, or the model's maximum. */
export function outputBound(call: Call, { maxOutput }: ModelLimits): number {
  if (WITHOUT_OUTPUT.has(call.endpoint)) return 0
  const asked = call.maxOutputTokens ?? maxOutput ?? UNKNOWN_MAX_OUTPUT_TOKENS
  return Math.min(asked, maxOutput ?? asked)
}

/**
 * Whether all that is generated is seen while it is generated, so that a reservation can follow it: a stream, of nothing but
 * text, from a model that hides no reasoning.
 */
export function isSeenAsItComes({ stream, audioOutput }: Call, { hiddenReasoning }: ModelLimits): boolean {
  return stream && !audioOutput && !hiddenReasoning
}

export interface OutputHabits {
  readonly call: Call
  readonly limits: ModelLimits
  readonly typical: TypicalOutput | undefined
  /** The reservation is extended while the answer streams. */
  readonly grows: boolean
}

/** The output, per choice, that an answer needs room for to be worth its start, in tokens. */
export function usualOutput({ call, limits, typical, grows }: OutputHabits): number {
  if (grows) return Math.max(LEAST_FIRST_TOKENS, typical?.p95 ?? USUAL_OUTPUT_TOKENS)
  return Math.max(USUAL_OUTPUT_TOKENS, habitOf(call, limits, typical))
}

/** Answers that must not be cut (a tool call, structured output) or that hide part of their length are sized rarer. */
function habitOf(call: Call, limits: ModelLimits, typical: TypicalOutput | undefined): number {
  if (!typical) return 0
  return call.structured || limits.hiddenReasoning ? typical.p99 : typical.p95
}

export interface OutputBudget {
  /** nano-USD for a million tokens of output. */
  readonly price: number
  readonly choices: number
  readonly smallest: Partial<Record<Metric, number>>
  /** The least that the provider takes as a cap, tokens. */
  readonly least: number
}

/**
 * An output, per choice, lowered to what a tenth of the smallest hard limit pays for: a key of $0.01 must be able to make a
 * call of $0.0001. Never below what the provider takes as a cap.
 */
export function withinTenth(tokens: number, { price, choices, smallest, least }: OutputBudget): number {
  let lowered = tokens
  if (smallest.usd !== undefined && price > 0) {
    const paid = (BigInt(smallest.usd) * TOKENS_PER_UNIT) / (10n * BigInt(price) * BigInt(choices))
    lowered = Math.min(lowered, Number(paid))
  }
  if (smallest.tokens !== undefined) lowered = Math.min(lowered, Math.floor(smallest.tokens / (10 * choices)))
  return Math.max(LEAST_OUTPUT_TOKENS, least, lowered)
}
