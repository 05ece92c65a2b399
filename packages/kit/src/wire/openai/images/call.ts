import type { Call } from '../../call.ts'
import type { Endpoint } from '../../endpoint.ts'
import { textBytesOf } from '../../form.ts'
import type { Target } from '../../format.ts'
import { invalid, type JsonObject, optionalBoolean, optionalInteger } from '../../json.ts'
import type { PictureSize, Pictures } from '../../media.ts'
import { textField } from '../fields.ts'
import { modelOf } from '../shared-fields.ts'

/** OpenAI's own bounds: https://platform.openai.com/docs/api-reference/images/create */
const MAX_PICTURES = 10
const MAX_PREVIEWS = 3
const MAX_FRAMES = 16
/** Of an animation whose request does not say. */
const USUAL_FRAMES = 9
/** Formats of a single picture. Whatever else is asked for may be an animation, however its name is spelt. */
const STILL: ReadonlySet<unknown> = new Set([undefined, null, 'png', 'jpeg', 'webp', 'svg'])

/** Read what a request for pictures may cost: https://platform.openai.com/docs/api-reference/images */
export function readCall(endpoint: Endpoint, body: JsonObject, { bytes }: Target): Call {
  const stream = optionalBoolean(body, 'stream') ?? false
  const media = picturesOf(body)
  return {
    dialect: 'openai',
    endpoint,
    model: modelOf(body),
    stream,
    wantsUsage: stream,
    choices: media.count,
    // A JSON body is taken for text whole, since a picture may stand in it anywhere.
    inputBytes: Object.values(body).some(hasFile) ? textBytesOf(body) : bytes,
    unboundedInput: media.inputs > 0,
    audioInput: false,
    audioOutput: false,
    // Drawn by another model, whose tokens no size bounds.
    unpriced: isGiven(body.svg) || body.output_format === 'svg' ? ['output_format'] : [],
    media,
    structured: false,
  }
}

function picturesOf(body: JsonObject): Pictures {
  return {
    kind: 'pictures',
    count: optionalInteger(body, 'n', 1, MAX_PICTURES) ?? 1,
    frames: framesOf(body),
    size: sizeOf(textField(body, 'size')),
    quality: qualityOf(textField(body, 'quality')),
    previews: optionalInteger(body, 'partial_images', 0, MAX_PREVIEWS) ?? 0,
    inputs: inputsOf(body),
  }
}

function framesOf(body: JsonObject): number {
  const asked = optionalInteger(body, 'frame_count', 1, MAX_FRAMES)
  if (STILL.has(body.output_format)) return 1
  return asked ?? USUAL_FRAMES
}

function sizeOf(size: string | undefined): PictureSize | undefined {
  if (size === undefined || size === 'auto') return undefined
  const [, width, height] = /^(\d{2,5})x(\d{2,5})$/.exec(size) ?? []
  if (!width || !height) throw invalid('size', '`size` is WIDTHxHEIGHT in pixels, or auto.')
  const [across, down] = [Number(width), Number(height)]
  if (across === 0 || down === 0) throw invalid('size', '`size` is at least a pixel each way, or auto.')
  return { width: across, height: down }
}

function qualityOf(quality: string | undefined): string | undefined {
  return quality === 'auto' ? undefined : quality
}

/** Files of a form, or, in JSON, references to pictures that are elsewhere. */
export const INPUT_PICTURES: readonly string[] = ['image', 'images', 'mask', 'markup']

function inputsOf(body: JsonObject): number {
  return INPUT_PICTURES.reduce((sum, name) => sum + pictureCount(body[name]), 0)
}

function pictureCount(value: unknown): number {
  if (Array.isArray(value)) return value.length
  return isGiven(value) ? 1 : 0
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function hasFile(value: unknown): boolean {
  return Buffer.isBuffer(value) || (Array.isArray(value) && value.some(Buffer.isBuffer))
}
