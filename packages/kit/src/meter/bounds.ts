import type { Dialect } from '../core/dialect.ts'
import { MAX_AMOUNT, nanoUsd } from '../core/money.ts'
import type { Amounts, Metric } from '../ledger/ledger.ts'
import type { Call } from '../wire/call.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import type { Usage } from '../wire/usage.ts'
import { type CallCaps, type OverCap, underCaps } from './call-caps.ts'
import { divideUp } from './decimal.ts'
import type { ModelLimits } from './model-limits.ts'
import { isSeenAsItComes, outputBound, usualOutput, withinTenth } from './output-bound.ts'
import { type Price, TOKENS_PER_UNIT, type UnitPrices } from './price.ts'
import type { SeenInput } from './sent-before.ts'
import type { TypicalOutput } from './typical-output.ts'

/**
 * How a limit is held while an answer streams. `hard`: the worst case is reserved, and the provider is given the cap that
 * this pays for. `tight`: what such answers usually are is reserved, more is added as they flow, and one that the budget has
 * no more for is cut.
 */
export type Enforcement = 'hard' | 'tight'

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
  /** What one call may be at the most, whatever its budget has left. */
  readonly caps?: CallCaps | undefined
  /** `tight`: a stream that shows all that it generates begins with little, and is extended while it runs. */
  readonly enforcement?: Enforcement
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
  /** A cap on single calls is known, which the provider must hold too. */
  readonly capped?: boolean
  /** What is reserved does not pay for the longest answer: it is extended while the answer streams. */
  readonly grows: boolean
  /** No cap can be put into the request: what it may cost is reserved whole, or it is not made. */
  readonly uncapped?: true
  readonly unit: WorstPrices
  /** What is billed by the piece, at the most; its price is in `unit.perRequest`. */
  readonly pieces?: Pick<Usage, 'images' | 'characters' | 'audioMs'>
  /** All that is billed, where the request alone decides it: so many characters are read aloud, whatever is answered. */
  readonly decided?: Usage
}

/** The dearest that an input and an output token of this call can be, in nano-USD per million. */
export type WorstPrices = Pick<UnitPrices, 'input' | 'output' | 'perRequest'>

/**
 * A call that a hard limit cannot be held against. `input`: images or files, and no context window known. `unpriced`:
 * it asks for something that no price covers. `amount`: its least cost is more than the books count ($1.1M).
 */
export interface Unboundable {
  readonly status: 'unboundable'
  readonly reason: 'input' | 'length' | 'unpriced' | 'amount'
}

/** What providers add at the ends of a request; what they put around its messages is shorter than the JSON of those. */
const REQUEST_OVERHEAD_TOKENS = 16
/**
 * The prompt that a provider adds itself where there are tools or a schema, at most. Anthropic publishes its own (530 tokens
 * at most: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing), the others do not: what they are
 * seen to add is far less than what is allowed them here.
 */
const TOOL_PROMPT_TOKENS: Readonly<Record<Dialect, number>> = {
  openai: 256,
  anthropic: 1_024,
  gemini: 256,
  converse: 1_024,
}
/**
 * How much to reserve for a call. Pure, and exact: every amount covers the worst case that it names.
 *
 * A client's own cap is all or nothing (`min` = `want`) unless `nearLimit` is `cap`. Without one, `want` is at most a
 * quarter of the smallest hard limit, and never under `min`. What is extended as it streams begins with `min`.
 */
export function boundsOf(
  call: Call,
  price: Price,
  limits: ModelLimits,
  options: BoundsOptions = {},
): Bounds | Unboundable | OverCap {
  const { smallest = {}, nearLimit = 'refuse', longWrites = true, typicalOutput, enforcement } = options
  const { caps = {} } = options
  const inputTokens = inputBound(call, limits, options)
  const unit = worstPrices(call, price, { inputTokens, longWrites })
  const usdAtStake = (smallest.usd ?? caps.maxCostNanoUsd) !== undefined && !isFree(unit)
  const windowless = call.unboundedInput && limits.contextWindow === undefined
  if (windowless && (usdAtStake || smallest.tokens !== undefined))
    return { status: 'unboundable', reason: 'input' }
  if (call.unpriced.length > 0 && usdAtStake) return { status: 'unboundable', reason: 'unpriced' }

  const held = underCaps({ call, unit, inputTokens, outputTokens: outputBound(call, limits) }, caps)
  if ('status' in held) return held
  const { outputTokens, capped } = held
  const { choices, maxOutputTokens: asked, leastOutputTokens: least = 1 } = call
  const costs = (output: number) => worstAmounts(unit, inputTokens, output * choices)
  const limited = smallest.usd !== undefined || smallest.tokens !== undefined
  const follows = enforcement === 'tight' && limited && isSeenAsItComes(call, limits)
  const usual = withinTenth(usualOutput({ call, limits, typical: typicalOutput, grows: follows }), {
    price: unit.output,
    choices,
    smallest,
    least,
  })
  const allOrNothing = asked !== undefined && nearLimit === 'refuse' && !follows
  const min = costs(allOrNothing ? outputTokens : Math.min(outputTokens, usual))
  if (!min) return { status: 'unboundable', reason: 'amount' }

  const grows = follows && usual < outputTokens
  const worst = costs(outputTokens) ?? { usd: nanoUsd(MAX_AMOUNT), tokens: MAX_AMOUNT, requests: 1 }
  const most = asked === undefined ? fairShare(worst, min, smallest) : worst
  return {
    status: 'bounded',
    min,
    want: grows ? min : most,
    bound: price.source === 'ceiling' || call.unpriced.length > 0 || windowless ? 'soft' : 'proven',
    inputTokens,
    outputTokens,
    choices,
    limited,
    ...(capped && { capped }),
    grows,
    unit,
  }
}

/**
 * The cap on output tokens, per choice, that a grant pays for: what the provider must be told, so that it cannot
 * generate more. Undefined when the request can stay as it is: no output is asked for, or no limit narrowed it.
 */
export function capFor(granted: Amounts, bounds: Bounds): number | undefined | 'below-minimum' {
  const { min, want, outputTokens, choices, limited, capped } = bounds
  const covers = (amounts: Amounts) =>
    granted.usd >= amounts.usd && granted.tokens >= amounts.tokens && granted.requests >= amounts.requests
  if (!covers(min)) return 'below-minimum'
  if (outputTokens === 0 || bounds.uncapped || (!limited && !capped && covers(want))) return undefined
  // What is extended may become as long as the model makes it; the end of its budget is watched for, not asked for.
  if (bounds.grows) return outputTokens
  return Math.min(outputTokens, Math.floor(outputPaidBy(granted, bounds) / choices))
}

/** The output tokens, of all choices together, that a grant pays for besides all of the input; no less than none. */
export function outputPaidBy(granted: Amounts, { unit, inputTokens, outputTokens, choices }: Bounds): number {
  const forOutput =
    BigInt(granted.usd - unit.perRequest) * TOKENS_PER_UNIT - BigInt(inputTokens) * BigInt(unit.input)
  const byUsd = unit.output > 0 ? Number(forOutput / BigInt(unit.output)) : outputTokens * choices
  return Math.max(0, Math.min(byUsd, granted.tokens - inputTokens))
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
 * prompts to Completions have a window each, and so have several of Gemini's contents to embed; those of one Embeddings
 * request are not counted, so bytes alone bound it. Of what was sent before, the provider's own count is known.
 */
function inputBound(
  call: Call,
  { contextWindow }: ModelLimits,
  { servedIn = call.dialect, seen = { tokens: 0, bytes: 0 } }: BoundsOptions,
): number {
  if (isFreeOfCharge(call.endpoint)) return 0
  const known = Math.min(call.inputBytes, seen.tokens + call.inputBytes - seen.bytes)
  const byBytes = known + REQUEST_OVERHEAD_TOKENS + toolPrompt(call, servedIn)
  if (contextWindow === undefined || call.endpoint === 'embeddings') return byBytes
  const byWindow = contextWindow * (WINDOW_EACH.has(call.endpoint) ? call.choices : 1)
  return call.unboundedInput ? byWindow : Math.min(byBytes, byWindow)
}

/** Endpoints of which every choice reads an input of its own. */
const WINDOW_EACH: ReadonlySet<Endpoint> = new Set(['completions', 'embed'])

/** Endpoints that only count, and are billed nothing: https://ai.google.dev/api/tokens and Anthropic's `count_tokens`. */
export function isFreeOfCharge(endpoint: Endpoint): boolean {
  return endpoint === 'count_tokens' || endpoint === 'count'
}

/** Readers of Messages know which tools bring how much, and count it among the bytes. */
function toolPrompt({ dialect, structured }: Call, servedIn: Dialect): number {
  return structured && dialect !== 'anthropic' ? TOOL_PROMPT_TOKENS[servedIn] : 0
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
        it.cachedImageInput,
        call.audioInput ? Math.max(it.audioInput, it.cachedAudioInput) : 0,
      ),
    ),
    output: most((it) => Math.max(it.output, it.imageOutput, call.audioOutput ? it.audioOutput : 0)),
    perRequest: most((it) => it.perRequest),
  }
}

function isFree(unit: WorstPrices): boolean {
  return unit.input === 0 && unit.output === 0 && unit.perRequest === 0
}

/** At most a quarter of a hard limit, so that one call does not keep all others waiting; never under the minimum. */
function fairShare(worst: Amounts, min: Amounts, smallest: Partial<Record<Metric, number>>): Amounts {
  const share = (metric: 'usd' | 'tokens') => {
    const quarter = Math.floor((smallest[metric] ?? Number.POSITIVE_INFINITY) / 4)
    return Math.max(min[metric], Math.min(worst[metric], quarter))
  }
  return { usd: nanoUsd(share('usd')), tokens: share('tokens'), requests: worst.requests }
}
