import { MAX_AMOUNT } from '../core/money.ts'
import type { Amounts, Metric } from '../ledger/ledger.ts'
import type { Call } from '../wire/call.ts'
import type { Media } from '../wire/media.ts'
import { type Bounds, type Unboundable, type WorstPrices, worstAmounts } from './bounds.ts'
import type { CallCaps, OverCap } from './call-caps.ts'
import { type MediaModel, mediaModel } from './media-models.ts'
import type { ModelLimits } from './model-limits.ts'
import { costOf, type Price } from './price.ts'

type Pieces = NonNullable<Bounds['pieces']>

/** A call for pictures or sound, where it is served. */
export interface MediaDemand {
  readonly call: Call & { readonly media: Media }
  /** The deployment's own name of it. */
  readonly model: string
  readonly price: Price
  readonly limits: ModelLimits
  /** The smallest hard limits on the path. */
  readonly smallest: Partial<Record<Metric, number>>
  readonly caps?: CallCaps | undefined
}

/** What providers put around a text, tokens. */
const OVERHEAD_TOKENS = 16
/**
 * More than a second of sound has with any model that publishes it: 10 with OpenAI's, 32 with Gemini's.
 * Sources: https://platform.openai.com/docs/guides/realtime-costs · https://ai.google.dev/gemini-api/docs/audio
 */
const SOUND_TOKENS_PER_SECOND = 50

/**
 * How much to reserve for a call that makes or reads pictures or sound. No cap can be put into it, so that it is all or
 * nothing: its worst case is both what it needs and what it is given.
 */
export function mediaBoundsOf({
  call,
  model,
  price,
  limits,
  smallest,
  caps: { maxCostNanoUsd } = {},
}: MediaDemand): Bounds | Unboundable | OverCap {
  const known = mediaModel(model)
  const inTokens = known.billed !== 'pieces' || call.media.kind === 'verdicts'
  const inputTokens = inTokens ? inputBound(call, known, limits) : 0
  const outputTokens = inTokens ? known.outputTokens(call.media) : 0
  const pieces = known.billed === 'tokens' ? {} : piecesOf(call.media)
  const unit = worstPrices(call, price, pieces)
  const free = unit.input === 0 && unit.output === 0 && unit.perRequest === 0
  const windowless = inputTokens === Number.POSITIVE_INFINITY
  const usdAtStake = (smallest.usd ?? maxCostNanoUsd) !== undefined && !free
  if (windowless && (usdAtStake || smallest.tokens !== undefined))
    return { status: 'unboundable', reason: 'input' }
  if (call.unpriced.length > 0 && usdAtStake) return { status: 'unboundable', reason: 'unpriced' }
  const ofUnknownLength = call.media.kind === 'recording' && call.media.bound === 'unknown'
  if (ofUnknownLength && unit.perRequest > 0 && usdAtStake) return { status: 'unboundable', reason: 'length' }

  const read = windowless ? 0 : inputTokens
  const worst: Amounts | undefined = worstAmounts(unit, read, outputTokens * call.choices)
  // Its price is cut off where the books end.
  if (!worst || unit.perRequest >= MAX_AMOUNT) return { status: 'unboundable', reason: 'amount' }
  if (maxCostNanoUsd !== undefined && worst.usd > maxCostNanoUsd) return { status: 'over_cap', cap: 'cost' }
  const believed = known.sizes === 'soft' || ('bound' in call.media && call.media.bound !== 'proven')
  const soft = price.source === 'ceiling' || call.unpriced.length > 0 || windowless || believed
  return {
    status: 'bounded',
    min: worst,
    want: worst,
    bound: soft ? 'soft' : 'proven',
    inputTokens: read,
    outputTokens,
    choices: call.choices,
    limited: smallest.usd !== undefined || smallest.tokens !== undefined,
    grows: false,
    uncapped: true,
    unit,
    pieces,
    ...(isDecided(call.media, unit, read + outputTokens)
      ? { decided: { input: 0, output: 0, ...pieces } }
      : {}),
  }
}

/** Every picture reads the description, and the pictures that it is made from, anew. */
function inputBound({ media, ...call }: MediaDemand['call'], known: MediaModel, limits: ModelLimits): number {
  const text = call.inputBytes + OVERHEAD_TOKENS
  if (media.kind === 'pictures') return media.count * (text + media.inputs * known.inputPictureTokens)
  const { contextWindow = Number.POSITIVE_INFINITY } = limits
  if (media.kind === 'recording') {
    if (media.bound === 'unknown') return contextWindow
    const sound = Math.ceil((media.longestMs / 1_000) * SOUND_TOKENS_PER_SECOND)
    return Math.min(text + sound, contextWindow)
  }
  return call.unboundedInput ? contextWindow : Math.min(text, contextWindow)
}

function piecesOf(media: Media): Pieces {
  if (media.kind === 'pictures') return { images: media.count * media.frames }
  if (media.kind === 'speech') return { characters: media.characters }
  return media.kind === 'recording' ? { audioMs: media.longestMs } : {}
}

/** The dearest that a token of it can be; and, with each request, what is billed by the piece. */
function worstPrices({ media }: Call, price: Price, pieces: Pieces): WorstPrices {
  const { input, imageInput, audioInput, output, imageOutput, audioOutput } = price
  const seen = media?.kind === 'pictures' && media.inputs === 0 ? 0 : imageInput
  const reads = { pictures: seen, recording: audioInput, speech: input, verdicts: imageInput }
  const makes = { pictures: imageOutput, recording: output, speech: audioOutput, verdicts: output }
  const { kind } = media ?? { kind: 'verdicts' }
  return {
    input: Math.max(input, reads[kind]),
    output: Math.max(output, makes[kind]),
    perRequest: costOf({ input: 0, output: 0, ...pieces }, price),
  }
}

/** Where no token is billed, and the request itself says how many pieces there are, it says the whole cost. */
function isDecided({ kind }: Media, unit: WorstPrices, tokens: number): boolean {
  return kind !== 'recording' && (tokens === 0 || (unit.input === 0 && unit.output === 0))
}
