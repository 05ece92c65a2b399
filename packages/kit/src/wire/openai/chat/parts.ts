import { defined } from '../../defined.ts'
import { invalid, isObject, type JsonObject } from '../../json.ts'
import type { MediaPart, Part, Source } from '../../neutral/part.ts'
import { readCacheMarker } from '../cache-marker.ts'
import { requiredText, textField } from '../fields.ts'
import { dataUrl, fileName, readDetail, sourceOfFileData, sourceOfUrl } from '../media.ts'

/** Read what a message says: a text, or a list of parts. `path` names it as its client does. */
export function readContent(content: unknown, path: string): Part[] {
  if (content === undefined || content === null || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw invalid(path, `\`${path}\` is a string or a list of parts.`)
  return content.map((part, index) => {
    const at = `${path}[${index}]`
    if (!isObject(part)) throw invalid(at, `\`${at}\` is an object.`)
    return { ...readPart(part, at), ...readCacheMarker(part) }
  })
}

/** https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages */
function readPart(part: JsonObject, at: string): Part {
  const type = requiredText(part, 'type', `${at}.type`)
  switch (type) {
    case 'text':
      return { type, text: requiredText(part, 'text', `${at}.text`) }
    case 'refusal':
      return { type, text: requiredText(part, 'refusal', `${at}.refusal`) }
    case 'image_url':
      return readImage(part.image_url, at)
    case 'input_audio':
      return readAudio(part.input_audio, at)
    case 'file':
      return readFile(part.file, at)
    default:
      return { type: 'foreign', from: 'chat', name: type, value: part }
  }
}

export function readImage(image: unknown, at: string): MediaPart {
  if (typeof image === 'string') return { type: 'image', source: sourceOfUrl(image) }
  if (!isObject(image)) throw invalid(at, `\`${at}.image_url\` is missing.`)
  const { detail } = image
  return {
    type: 'image',
    source: sourceOfUrl(requiredText(image, 'url', `${at}.image_url.url`)),
    ...defined({ detail: readDetail(detail) }),
  }
}

function readAudio(audio: unknown, at: string): MediaPart {
  if (!isObject(audio)) throw invalid(at, `\`${at}.input_audio\` is missing.`)
  const format = requiredText(audio, 'format', `${at}.input_audio.format`)
  const base64 = requiredText(audio, 'data', `${at}.input_audio.data`)
  return { type: 'audio', source: { from: 'data', mediaType: audioType(format), base64 } }
}

const AUDIO_TYPES: ReadonlyMap<string, string> = new Map([['mp3', 'audio/mpeg']])
const AUDIO_FORMATS: ReadonlyMap<string, string> = new Map([
  ['audio/mpeg', 'mp3'],
  ['audio/x-wav', 'wav'],
  ['audio/wave', 'wav'],
])

function audioType(format: string): string {
  return AUDIO_TYPES.get(format) ?? `audio/${format}`
}

function audioFormat(mediaType: string): string {
  return AUDIO_FORMATS.get(mediaType) ?? mediaType.replace(/^audio\//, '')
}

function readFile(file: unknown, at: string): MediaPart {
  if (!isObject(file)) throw invalid(at, `\`${at}.file\` is missing.`)
  const data = textField(file, 'file_data', `${at}.file.file_data`)
  return {
    type: 'document',
    source:
      data === undefined
        ? { from: 'file', id: requiredText(file, 'file_id', `${at}.file.file_id`) }
        : sourceOfFileData(data),
    ...defined({ name: textField(file, 'filename', `${at}.file.filename`) }),
  }
}

/** Write what a message says: plain text where it is no more than that, which every provider of this dialect reads. */
export function writeContent(parts: readonly Part[]): string | readonly JsonObject[] {
  const written = parts.map(writePart).filter((part) => part !== undefined)
  const [first, second] = written
  if (!first) return ''
  return !second && first.type === 'text' ? (first.text as string) : written
}

function writePart(part: Part): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'refusal', refusal: part.text }
    case 'image':
      return writeImage(part)
    case 'audio':
      return part.source.from === 'data' ? writeAudio(part.source) : undefined
    case 'document':
      return writeFile(part)
    default:
      return undefined
  }
}

export function writeImage({ source, detail }: MediaPart): JsonObject | undefined {
  if (source.from !== 'data' && source.from !== 'url') return undefined
  const url = source.from === 'data' ? dataUrl(source) : source.url
  return { type: 'image_url', image_url: { url, ...defined({ detail }) } }
}

function writeAudio({ mediaType, base64 }: Extract<Source, { from: 'data' }>): JsonObject {
  return { type: 'input_audio', input_audio: { data: base64, format: audioFormat(mediaType) } }
}

function writeFile({ source, name }: MediaPart): JsonObject | undefined {
  if (source.from === 'text') return { type: 'text', text: source.text }
  if (source.from !== 'data') return undefined
  return { type: 'file', file: { file_data: dataUrl(source), filename: fileName(name, source.mediaType) } }
}
