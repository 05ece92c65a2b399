import type { Dialect } from '../core/dialect.ts'
import { MAX_AMOUNT, nanoUsd } from '../core/money.ts'
import type { Amounts, Metric } from '../ledger/ledger.ts'
import type { Call } from '../wire/call.ts'
import { divideUp } from './decimal.ts'
import type { ModelLimits } from './model-limits.ts'
import { type Price, TOKENS_PER_UNIT, type UnitPrices } from './price.ts'
import type { SeenInput } from './sent-before.ts'
import type { TypicalOutput } from './typical-output.ts'

/** When a budget does not pay for all of a client's own cap: refuse the request, or shorten the cap. */
export type NearLimit = 'refuse' | 'cap'

export interface BoundsOptions {
  /** The smallest hard limit per metric on the path; a metric without one is absent. */
  readonly smallest?: Partial<Record<Metric, number>>
  readonly nearLimit?: NearLimit
  /** The dialect of whoever serves the call, where it is translated for them; the call's own by default. */
  readonly servedIn?: Dialect
  /** Whether the request may ask that what it writes to a cache be kept for an hour; taken to be so by default. */
  readonly longWrites?: boolean
  /** How much of the request was sent before, and what its provider counted. */
  readonly seen?: SeenInput | undefined
  /** What this key's answers from this model have been like. */
  readonly typicalOutput?: TypicalOutput | undefined
}

/** How much one call can cost, and how little it may be given; sizes in tokens, money in nano-USD. */
export interface Bounds {
  readonly status: 'bounded'
  /** Less is not worth starting: the input, and an output that answers are rarely longer than. */
  readonly min: Amounts
  /** What to ask for: the worst case, or a fair share of a small budget. */
  readonly want: Amounts
  /** `soft` where the price or the size is only believed. */
  readonly bound: 'proven' | 'soft'
  /** At most this much input, whatever the tokenizer. */
  readonly inputTokens: number
  /** At most this much output per choice: the client's cap, or the model's maximum. */
  readonly outputTokens: number
  readonly choices: number
  /** A hard limit is known, so that a cap must hold what the grant pays for. */
  readonly limited: boolean
  readonly unit: WorstPrices
}

/** The dearest that an input and an output token of this call can be, in nano-USD per million. */
export type WorstPrices = Pick<UnitPrices, 'input' | 'output' | 'perRequest'>

/**
 * A call that a hard limit cannot be held against. `input`: images or files, and no context window known. `unpriced`:
 * it asks for something that no price covers. `amount`: its least cost is more than the books count ($1.1M).
 */
export interface Unboundable {
  readonly status: 'unboundable'
  readonly reason: 'input' | 'unpriced' | 'amount'
}

/** What providers add at the ends of a request; what they put around its messages is shorter than the JSON of those. */
const REQUEST_OVERHEAD_TOKENS = 16
/**
 * The prompt that a provider adds itself where there are tools or a schema, at most. Anthropic publishes its own (530 tokens
 * at most: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing), the others do not: what they are
 * seen to add is far less than what is allowed them here.
 */
const TOOL_PROMPT_TOKENS: Readonly<Record<Dialect, number>> = { openai: 256, anthropic: 1_024, gemini: 256 }
/** The output that a model may have when nobody has said how much, and a hard limit must hold. */
const UNKNOWN_MAX_OUTPUT_TOKENS = 4_096
/** Answers are rarely longer: with a smaller minimum, many are cut near the limit. */
const USUAL_OUTPUT_TOKENS = 2_048
const LEAST_OUTPUT_TOKENS = 16

/**
 * How much to reserve for a call. Pure, and exact: every amount covers the worst case that it names.
 *
 * A client's own cap is all or nothing (`min` = `want`) unless `nearLimit` is `cap`. Without one, `want` is at most a
 * quarter of the smallest hard limit, and never under `min`.
 */
export function boundsOf(
  call: Call,
  price: Price,
  limits: ModelLimits,
  options: BoundsOptions = {},
): Bounds | Unboundable {
  const { smallest = {}, nearLimit = 'refuse', longWrites = true, typicalOutput } = options
  const inputTokens = inputBound(call, limits, options)
  const unit = worstPrices(call, price, { inputTokens, longWrites })
  const usdAtStake = smallest.usd !== undefined && !isFree(unit)
  const windowless = call.unboundedInput && limits.contextWindow === undefined
  if (windowless && (usdAtStake || smallest.tokens !== undefined))
    return { status: 'unboundable', reason: 'input' }
  if (call.unpriced.length > 0 && usdAtStake) return { status: 'unboundable', reason: 'unpriced' }

  const outputTokens = outputBound(call, limits)
  const { choices } = call
  const costs = (output: number) => worstAmounts(unit, inputTokens, output * choices)
  const allOrNothing = call.maxOutputTokens !== undefined && nearLimit === 'refuse'
  const usual = usualOutput(unit, choices, smallest, habitOf(call, limits, typicalOutput))
  const min = costs(allOrNothing ? outputTokens : Math.min(outputTokens, usual))
  if (!min) return { status: 'unboundable', reason: 'amount' }

  const worst = costs(outputTokens) ?? { usd: nanoUsd(MAX_AMOUNT), tokens: MAX_AMOUNT, requests: 1 }
  return {
    status: 'bounded',
    min,
    want: call.maxOutputTokens === undefined ? fairShare(worst, min, smallest) : worst,
    bound: price.source === 'ceiling' || call.unpriced.length > 0 || windowless ? 'soft' : 'proven',
    inputTokens,
    outputTokens,
    choices,
    limited: smallest.usd !== undefined || smallest.tokens !== undefined,
    unit,
  }
}

/**
 * The cap on output tokens, per choice, that a grant pays for: what the provider must be told, so that it cannot
 * generate more. Undefined when the request can stay as it is: no output is asked for, or no limit narrowed it.
 */
export function capFor(granted: Amounts, bounds: Bounds): number | undefined | 'below-minimum' {
  const { min, want, unit, inputTokens, outputTokens, choices } = bounds
  const covers = (amounts: Amounts) =>
    granted.usd >= amounts.usd && granted.tokens >= amounts.tokens && granted.requests >= amounts.requests
  if (!covers(min)) return 'below-minimum'
  if (outputTokens === 0 || (!bounds.limited && covers(want))) return undefined

  const forOutput =
    BigInt(granted.usd - unit.perRequest) * TOKENS_PER_UNIT - BigInt(inputTokens) * BigInt(unit.input)
  const byUsd = unit.output > 0 ? Number(forOutput / (BigInt(unit.output) * BigInt(choices))) : outputTokens
  const byTokens = Math.floor((granted.tokens - inputTokens) / choices)
  return Math.min(outputTokens, byUsd, byTokens)
}

/** What a call costs at its worst, with that much input and that much output in all; undefined beyond the books. */
export function worstAmounts(
  unit: WorstPrices,
  inputTokens: number,
  outputTokens: number,
): Amounts | undefined {
  const sum = BigInt(inputTokens) * BigInt(unit.input) + BigInt(outputTokens) * BigInt(unit.output)
  const usd = divideUp(sum, TOKENS_PER_UNIT) + BigInt(unit.perRequest)
  const tokens = inputTokens + outputTokens
  if (usd > MAX_AMOUNT || tokens > MAX_AMOUNT) return undefined
  return { usd: nanoUsd(Number(usd)), tokens, requests: 1 }
}

/**
 * A token of a byte-level encoding is at least a byte long, and no generation reads more than its window. Several
 * prompts to Completions have a window each; those of one Embeddings request are not counted, so bytes alone bound it. Of what
 * was sent before, the provider's own count is known.
 */
function inputBound(
  call: Call,
  { contextWindow }: ModelLimits,
  { servedIn = call.dialect, seen = { tokens: 0, bytes: 0 } }: BoundsOptions,
): number {
  const known = Math.min(call.inputBytes, seen.tokens + call.inputBytes - seen.bytes)
  const byBytes = known + REQUEST_OVERHEAD_TOKENS + toolPrompt(call, servedIn)
  if (contextWindow === undefined || call.endpoint === 'embeddings') return byBytes
  const byWindow = contextWindow * (call.endpoint === 'completions' ? call.choices : 1)
  return call.unboundedInput ? byWindow : Math.min(byBytes, byWindow)
}

/** Readers of Messages know which tools bring how much, and count it among the bytes. */
function toolPrompt({ dialect, structured }: Call, servedIn: Dialect): number {
  return structured && dialect !== 'anthropic' ? TOOL_PROMPT_TOKENS[servedIn] : 0
}

function outputBound(call: Call, { maxOutput }: ModelLimits): number {
  if (call.endpoint === 'embeddings') return 0
  const asked = call.maxOutputTokens ?? maxOutput ?? UNKNOWN_MAX_OUTPUT_TOKENS
  return Math.min(asked, maxOutput ?? asked)
}

/** The dearest of all kinds that the call may be billed at, in every tier that its input may reach. */
function worstPrices(
  call: Call,
  price: Price,
  { inputTokens, longWrites }: { readonly inputTokens: number; readonly longWrites: boolean },
): WorstPrices {
  const reached = price.tiers.filter((tier) => inputTokens > tier.aboveInputTokens)
  const all: readonly UnitPrices[] = [price, ...reached.map((tier) => tier.prices)]
  const most = (of: (prices: UnitPrices) => number) => Math.max(...all.map(of))
  return {
    input: most((it) =>
      Math.max(
        it.input,
        it.cachedInput,
        it.cacheWrite,
        longWrites ? it.cacheWrite1h : 0,
        it.imageInput,
        call.audioInput ? it.audioInput : 0,
      ),
    ),
    output: most((it) => Math.max(it.output, it.imageOutput, call.audioOutput ? it.audioOutput : 0)),
    perRequest: most((it) => it.perRequest),
  }
}

function isFree(unit: WorstPrices): boolean {
  return unit.input === 0 && unit.output === 0 && unit.perRequest === 0
}

/** Answers that must not be cut (a tool call, structured output) or that hide part of their length are sized rarer. */
function habitOf(call: Call, limits: ModelLimits, typical: TypicalOutput | undefined): number {
  if (!typical) return 0
  return call.structured || limits.hiddenReasoning ? typical.p99 : typical.p95
}

/**
 * The output, per choice, that an answer needs room for, lowered to what a tenth of the smallest hard limit pays for:
 * a key of $0.01 must be able to make a call of $0.0001.
 */
function usualOutput(
  unit: WorstPrices,
  choices: number,
  smallest: Partial<Record<Metric, number>>,
  habit: number,
): number {
  let usual = Math.max(USUAL_OUTPUT_TOKENS, habit)
  if (smallest.usd !== undefined && unit.output > 0) {
    const paid = (BigInt(smallest.usd) * TOKENS_PER_UNIT) / (10n * BigInt(unit.output) * BigInt(choices))
    usual = Math.min(usual, Number(paid))
  }
  if (smallest.tokens !== undefined) usual = Math.min(usual, Math.floor(smallest.tokens / (10 * choices)))
  return Math.max(LEAST_OUTPUT_TOKENS, usual)
}

/** At most a quarter of a hard limit, so that one call does not keep all others waiting; never under the minimum. */
function fairShare(worst: Amounts, min: Amounts, smallest: Partial<Record<Metric, number>>): Amounts {
  const share = (metric: 'usd' | 'tokens') => {
    const quarter = Math.floor((smallest[metric] ?? Number.POSITIVE_INFINITY) / 4)
    return Math.max(min[metric], Math.min(worst[metric], quarter))
  }
  return { usd: nanoUsd(share('usd')), tokens: share('tokens'), requests: worst.requests }
}
