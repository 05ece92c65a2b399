import type { Media, PictureSize, Pictures } from '../wire/media.ts'

/**
 * How models that make or read pictures and sound are billed. `tokens`: their answers say how many. `pieces`: by picture, by
 * character or by time. `either`: nobody has said; so much may be billed as well as the other.
 */
export interface MediaModel {
  readonly billed: 'tokens' | 'pieces' | 'either'
  /** At most so many tokens come out, of one answer. */
  outputTokens(media: Media): number
  /** At most so many tokens go in for one picture that others are made from. */
  readonly inputPictureTokens: number
  /** `soft`: the sizes are not published, and only believed. */
  readonly sizes: 'proven' | 'soft'
}

interface MediaFamily extends MediaModel {
  readonly models: RegExp
  /** The page to check it against. */
  readonly source: string
}

/**
 * Of a picture that others are made from: 65, 129 for each of four tiles, 6,144 where it is to be kept to closely, and 32 tokens of
 * text that come with it, which no page of OpenAI's says, and its bills do.
 *
 * Sources: https://developers.openai.com/api/docs/guides/images-vision ·
 * https://community.openai.com/t/vision-pricing-calculator-inaccurate-resizing-rounding-vs-api-costs/1281361
 */
const PICTURE_TOKENS = 65 + 4 * 129 + 6_144 + 32

/** Each preview of a picture: https://platform.openai.com/docs/guides/image-generation#partial-images-cost */
const PREVIEW_TOKENS = 100

/** Tokens of a picture by its quality: square, upright, lying. */
const GPT_IMAGE_1: Readonly<Record<string, readonly [square: number, upright: number, lying: number]>> = {
  low: [272, 408, 400],
  medium: [1_056, 1_584, 1_568],
  high: [4_160, 6_240, 6_208],
}

/** What each step of quality multiplies the sides of a picture by. Those above `high` are not published: a guess, and a high one. */
const GPT_IMAGE_2: Readonly<Record<string, number>> = { low: 16, medium: 48, high: 96, xhigh: 144, max: 192 }
/** The largest picture that is made, and the squarest: no other of its quality has more tokens. */
const LARGEST: PictureSize = { width: 2_880, height: 2_880 }
/** What is thought before a picture is drawn, tokens of text; models that think tell them, and do not publish a bound. */
const PLANNING_TOKENS = 4_096

function withPreviews({ frames, previews }: Pictures, tokens: number): number {
  return frames * tokens + previews * PREVIEW_TOKENS
}

function ofTable(media: Media): number {
  if (media.kind !== 'pictures') return 0
  const { size, quality = 'high' } = media
  const [square, upright, lying] = ownValue(GPT_IMAGE_1, quality) ?? GPT_IMAGE_1.high!
  if (!size) return withPreviews(media, Math.max(square, upright, lying))
  return withPreviews(media, size.width === size.height ? square : size.width < size.height ? upright : lying)
}

/** Of a name that a client has chosen: `constructor` is none. */
function ownValue<Value>(of: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined
}

/** No picture is more than three times as long as it is wide; of a size that is refused, or taken for another, all is possible. */
function isDrawable({ width, height }: PictureSize): boolean {
  return Math.max(width, height) <= 3 * Math.min(width, height)
}

/**
 * OpenAI publishes examples of this sum and a calculator, and no formula: it is what others have found to fit those, and is
 * believed rather than known.
 */
function ofArea(media: Media, best: string): number {
  if (media.kind !== 'pictures') return 0
  const { quality = best } = media
  const size = media.size && isDrawable(media.size) ? media.size : LARGEST
  const factor = ownValue(GPT_IMAGE_2, quality) ?? GPT_IMAGE_2[best]!
  const [long, short] = [Math.max(size.width, size.height), Math.min(size.width, size.height)]
  const across = Math.floor((2 * factor * short + long) / (2 * long))
  const tokens = Math.ceil((factor * across * (2_000_000 + long * short)) / 4_000_000)
  return withPreviews(media, tokens)
}

/**
 * How much sound a text becomes when it is read as slowly as can be believed: eight tokens, four tenths of a second, for each
 * character, and a little for the silence around it. No answer is longer than those of the model that it is made from.
 */
function spoken(media: Media): number {
  if (media.kind !== 'speech') return 0
  return Math.min(16_384, Math.ceil(media.slowness * (64 + 8 * media.characters)))
}

/** What OpenAI says that a minute costs, $0.015, of tokens at $12 a million: https://platform.openai.com/docs/pricing */
const SPOKEN_TOKENS_PER_MINUTE = 1_250

/** How many tokens sound was that plays so long, where its provider does not say. */
export function spokenTokens(ms: number): number {
  return Math.ceil((ms * SPOKEN_TOKENS_PER_MINUTE) / 60_000)
}

const NONE = () => 0

const GUIDE = 'https://platform.openai.com/docs/guides/image-generation#cost-and-latency'
const MODELS = 'https://platform.openai.com/docs/models'

/** The first row whose pattern fits the name holds. */
const FAMILIES: readonly MediaFamily[] = [
  {
    models: /^gpt-image-1(\.5|-mini)?(-\d{4}|$)/,
    billed: 'tokens',
    outputTokens: ofTable,
    inputPictureTokens: PICTURE_TOKENS,
    sizes: 'proven',
    source: GUIDE,
  },
  {
    models: /^gpt-image-2(-\d{4}|$)/,
    billed: 'tokens',
    outputTokens: (media) => ofArea(media, 'high'),
    // Every input is kept to closely; no number is published for it, and the model before it has no larger one.
    inputPictureTokens: PICTURE_TOKENS,
    sizes: 'soft',
    source: GUIDE,
  },
  {
    models: /^(gpt-image|chatgpt-image)-/,
    billed: 'tokens',
    outputTokens: (media) => ofArea(media, 'max') + PLANNING_TOKENS,
    inputPictureTokens: PICTURE_TOKENS,
    sizes: 'soft',
    source: `${MODELS}/gpt-image-2.6-sunburst`,
  },
  {
    models: /^(dall-e|tts-1|whisper|gpt-transcribe)/,
    billed: 'pieces',
    outputTokens: NONE,
    inputPictureTokens: 0,
    sizes: 'proven',
    source: 'https://platform.openai.com/docs/pricing',
  },
  {
    models: /-tts(-|$)/,
    billed: 'tokens',
    outputTokens: spoken,
    inputPictureTokens: 0,
    sizes: 'soft',
    source: `${MODELS}/gpt-4o-mini-tts`,
  },
  {
    models: /^gpt-4o(-mini)?-transcribe/,
    billed: 'tokens',
    // What the model's own limits say, which are in the table of limits.
    outputTokens: () => 2_000,
    inputPictureTokens: 0,
    sizes: 'proven',
    source: `${MODELS}/gpt-4o-transcribe`,
  },
  {
    models: /moderation/,
    billed: 'pieces',
    outputTokens: NONE,
    inputPictureTokens: 0,
    sizes: 'proven',
    source: 'https://platform.openai.com/docs/guides/moderation',
  },
]

/** Of a model in no row everything is possible. */
const UNKNOWN: MediaModel = {
  billed: 'either',
  outputTokens(media) {
    if (media.kind === 'pictures') return ofArea(media, 'max') + PLANNING_TOKENS
    if (media.kind === 'speech') return spoken(media)
    return media.kind === 'recording' ? 4_096 : 0
  },
  inputPictureTokens: PICTURE_TOKENS,
  sizes: 'soft',
}

export function mediaModel(name: string): MediaModel {
  // As limits are looked up: `openai/gpt-image-2` of a reseller is what it is made of.
  const bare = name.slice(name.lastIndexOf('/') + 1).toLowerCase()
  return FAMILIES.find(({ models }) => models.test(bare)) ?? UNKNOWN
}
