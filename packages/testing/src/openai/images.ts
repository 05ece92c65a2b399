import type { Refusal } from '../behaviour.ts'
import { countTokens } from '../count.ts'
import { type Body, isRefusal, type Question } from '../dialect.ts'
import type { Plan, StreamPlan } from '../plan.ts'
import type { Piece } from '../text.ts'
import { errorText, invalidRequest } from './errors.ts'
import { basicsOf, wholeNumber } from './question.ts'

/** Tokens of a picture of `gpt-image-2`, as OpenAI's calculator has them: square, and any other of the usual sizes. */
const TOKENS: Readonly<Record<string, readonly [square: number, oblong: number]>> = {
  low: [196, 158],
  medium: [1_756, 1_372],
  high: [7_024, 5_488],
}
const PREVIEW_TOKENS = 100
const INPUT_PICTURE_TOKENS = 1_024

/** The smallest PNG there is: one pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** `POST /images/generations`, `/images/edits`, `/images/variations`: https://platform.openai.com/docs/api-reference/images */
export function images(question: Question): Plan | Refusal {
  const { behaviour, nowMs, path } = question
  const body = numbersIn(question.body)
  const basics = basicsOf({ ...question, body })
  if (isRefusal(basics)) return basics
  const made = path.endsWith('/variations')
  if (!made && (typeof body.prompt !== 'string' || body.prompt === ''))
    return invalidRequest("Missing required parameter: 'prompt'.", 'prompt')
  const n = wholeNumber(body, 'n', { max: 10 }) ?? 1
  if (isRefusal(n)) return n
  const previews = wholeNumber(body, 'partial_images', { min: 0, max: 3 }) ?? 0
  if (isRefusal(previews)) return previews
  const byPiece = basics.model.startsWith('dall-e')
  const tokens = byPiece ? 0 : tokensOf(body)
  if (isRefusal(tokens)) return tokens

  const inputs = picturesIn(body)
  const each = {
    text: question.countInput(() => countTokens(String(body.prompt ?? ''))),
    image: inputs * INPUT_PICTURE_TOKENS,
  }
  const stream = body.stream === true && !byPiece
  const created = Math.floor(nowMs / 1000)
  const picture: Piece[] = [
    ...Array.from({ length: stream ? previews : 0 }, () => pieceOf(PREVIEW_TOKENS, false)),
    pieceOf(tokens, true),
  ]
  return {
    bill: basics.bill,
    inputTokens: byPiece ? 0 : n * each.text,
    cachedTokens: 0,
    besides: byPiece ? { images: n } : inputs > 0 ? { imageInput: n * each.image } : {},
    choices: Array.from({ length: n }, () => picture),
    body: () =>
      JSON.stringify({
        created,
        data: Array.from({ length: n }, () => ({ b64_json: PNG.toString('base64') })),
        ...(byPiece || behaviour.usage === 'never' ? {} : { usage: usageOf(each, tokens, n) }),
      }),
    ...(stream
      ? { stream: streamOf(path.endsWith('/edits') ? 'image_edit' : 'image_generation', created, each, body) }
      : {}),
  }
}

/** A form has nothing but text. */
function numbersIn(body: Body): Body {
  const { n, partial_images: previews, stream } = body
  return {
    ...body,
    ...(typeof n === 'string' ? { n: Number(n) } : {}),
    ...(typeof previews === 'string' ? { partial_images: Number(previews) } : {}),
    ...(typeof stream === 'string' ? { stream: stream === 'true' } : {}),
  }
}

function tokensOf({ size = 'auto', quality = 'auto' }: Body): number | Refusal {
  const [square, oblong] = TOKENS[quality === 'auto' ? 'high' : String(quality)] ?? []
  if (square === undefined || oblong === undefined)
    return invalidRequest(
      `Invalid value: '${quality}'. Supported values are: 'low', 'medium', and 'high'.`,
      'quality',
    )
  if (size === 'auto' || size === '1024x1024') return square
  if (size === '1536x1024' || size === '1024x1536') return oblong
  return invalidRequest(`Invalid value: '${size}'.`, 'size')
}

function picturesIn({ image, images, mask }: Body): number {
  return [image, images, mask].flat().filter((picture) => picture !== undefined && picture !== null).length
}

function pieceOf(tokens: number, final: boolean): Piece {
  return { text: '', tokens, made: { as: 'imageOutput', bytes: PNG, final } }
}

interface Read {
  readonly text: number
  readonly image: number
}

function usageOf({ text, image }: Read, tokens: number, n: number): object {
  const [input, output] = [n * (text + image), n * tokens]
  return {
    input_tokens: input,
    input_tokens_details: { text_tokens: n * text, image_tokens: n * image },
    output_tokens: output,
    output_tokens_details: { text_tokens: 0, image_tokens: output },
    total_tokens: input + output,
  }
}

/** Previews, and a last event for each picture, with the usage of that one. */
function streamOf(kind: string, created: number, each: Read, { partial_images: previews }: Body): StreamPlan {
  const shown = typeof previews === 'number' ? previews : 0
  const counts = new Map<number, number>()
  return {
    head: () => [],
    chunk(choice, { tokens, made }) {
      const index = counts.get(choice) ?? 0
      counts.set(choice, index + 1)
      const type = `${kind}.${made?.final ? 'completed' : 'partial_image'}`
      const about = made?.final
        ? { usage: usageOf(each, tokens + shown * PREVIEW_TOKENS, 1) }
        : { partial_image_index: index }
      const data = { type, b64_json: PNG.toString('base64'), created_at: created, ...about }
      return [{ name: type, data: JSON.stringify(data) }]
    },
    tail: () => [],
    error: (refusal) => ({ name: 'error', data: errorText(refusal) }),
  }
}
