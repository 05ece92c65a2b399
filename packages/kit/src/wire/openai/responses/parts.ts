import { defined } from '../../defined.ts'
import { invalid, isObject, type JsonObject } from '../../json.ts'
import type { MediaPart, Part } from '../../neutral/part.ts'
import { readCacheMarker } from '../cache-marker.ts'
import { citationsOf, writeCitations } from '../citations.ts'
import { requiredText, textField } from '../fields.ts'
import { dataUrl, fileName, readDetail, sourceOfFileData, sourceOfUrl } from '../media.ts'

/** Read what an item says: a text, or a list of parts. `path` names it as its client does. */
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

/** https://platform.openai.com/docs/api-reference/responses/create#responses-create-input */
function readPart(part: JsonObject, at: string): Part {
  const type = requiredText(part, 'type', `${at}.type`)
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text': {
      const citations = citationsOf(part.annotations)
      const text = requiredText(part, 'text', `${at}.text`)
      return { type: 'text', text, ...(citations.length > 0 ? { citations } : {}) }
    }
    case 'refusal':
      return { type, text: requiredText(part, 'refusal', `${at}.refusal`) }
    case 'input_image':
      return readImage(part, at)
    case 'input_file':
      return readFile(part, at)
    default:
      return { type: 'foreign', from: 'responses', name: type, value: part }
  }
}

function readImage(part: JsonObject, at: string): MediaPart {
  const url = textField(part, 'image_url', `${at}.image_url`)
  return {
    type: 'image',
    source:
      url === undefined
        ? { from: 'file', id: requiredText(part, 'file_id', `${at}.image_url`) }
        : sourceOfUrl(url),
    ...defined({ detail: readDetail(part.detail) }),
  }
}

function readFile(part: JsonObject, at: string): MediaPart {
  const data = textField(part, 'file_data', `${at}.file_data`)
  const url = textField(part, 'file_url', `${at}.file_url`)
  const name = textField(part, 'filename', `${at}.filename`)
  return { type: 'document', source: fileSource(), ...defined({ name }) }

  function fileSource(): MediaPart['source'] {
    if (data !== undefined) return sourceOfFileData(data)
    if (url !== undefined) return { from: 'url', url }
    return { from: 'file', id: requiredText(part, 'file_id', `${at}.file_id`) }
  }
}

/** Write what a user, a system or a tool says: plain text where it is no more than that. */
export function writeInput(parts: readonly Part[]): string | readonly JsonObject[] {
  const written = parts.map(writeInputPart).filter((part) => part !== undefined)
  const [first, second] = written
  if (!first) return ''
  return !second && first.type === 'input_text' ? (first.text as string) : written
}

function writeInputPart(part: Part): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text }
    case 'image':
      return writeImage(part)
    case 'document':
      return writeFile(part)
    default:
      return undefined
  }
}

function writeImage({ source, detail }: MediaPart): JsonObject | undefined {
  if (source.from !== 'data' && source.from !== 'url') return undefined
  const url = source.from === 'data' ? dataUrl(source) : source.url
  return { type: 'input_image', image_url: url, ...defined({ detail }) }
}

function writeFile({ source, name }: MediaPart): JsonObject | undefined {
  switch (source.from) {
    case 'text':
      return { type: 'input_text', text: source.text }
    case 'data':
      return { type: 'input_file', file_data: dataUrl(source), filename: fileName(name, source.mediaType) }
    case 'url':
      return { type: 'input_file', file_url: source.url, ...defined({ filename: name }) }
    default:
      return undefined
  }
}

/** Write what an assistant has said, earlier or now: texts with the pages they cite, and refusals. */
export function writeOutputPart(part: Part): JsonObject | undefined {
  if (part.type === 'refusal') return { type: 'refusal', refusal: part.text }
  if (part.type !== 'text') return undefined
  const annotations = writeCitations(part, 0).map((citation) => ({ type: 'url_citation', ...citation }))
  return { type: 'output_text', text: part.text, annotations }
}
