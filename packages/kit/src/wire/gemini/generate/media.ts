import { defined } from '../../defined.ts'
import type { JsonObject } from '../../json.ts'
import type { MediaPart, Source } from '../../neutral/part.ts'
import { objectField, textField, wordField } from '../fields.ts'

/** Inline bytes and files by URI, as Gemini and neutral parts say them: https://ai.google.dev/api/caching#Part */
export function readMedia(part: JsonObject): MediaPart | undefined {
  const blob = objectField(part, 'inlineData')
  const file = objectField(part, 'fileData')
  const data = blob ?? file
  if (!data) return undefined
  const mediaType = textField(data, 'mimeType')
  const uri = file ? (textField(file, 'fileUri') ?? '') : ''
  const name = textField(data, 'displayName')
  const detail = detailOf(part)
  return {
    type: kindOf(mediaType ?? (VIDEO_PAGE.test(uri) ? 'video/*' : '')),
    source: blob
      ? { from: 'data', mediaType: mediaType ?? '', base64: textField(blob, 'data') ?? '' }
      : sourceOfUri(uri, mediaType),
    ...defined({ name, detail }),
  }
}

function kindOf(mediaType: string): MediaPart['type'] {
  const [family] = mediaType.toLowerCase().split('/')
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document'
}

/** Films by their page: https://ai.google.dev/gemini-api/docs/video-understanding#youtube */
const VIDEO_PAGE = /^https:\/\/(?:www\.|m\.)?(?:youtube\.com|youtu\.be)\//
/** Of the Files API or of Cloud Storage: only Google can read them. */
const STORED = /^(?:gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/)/

function sourceOfUri(uri: string, mediaType: string | undefined): Source {
  const type = mediaType === undefined ? {} : { mediaType }
  return STORED.test(uri) ? { from: 'file', id: uri, ...type } : { from: 'url', url: uri, ...type }
}

function detailOf(part: JsonObject): 'low' | 'high' | undefined {
  const level = wordField(objectField(part, 'mediaResolution') ?? {}, 'level') ?? ''
  if (level.endsWith('_LOW')) return 'low'
  return level.endsWith('_HIGH') ? 'high' : undefined
}

/** Nothing for what is stored at another provider. */
export function writeMedia({ source, name, type }: MediaPart): JsonObject[] {
  const named = name === undefined ? {} : { displayName: name }
  switch (source.from) {
    case 'data':
      return [{ inlineData: { mimeType: source.mediaType, data: source.base64, ...named } }]
    case 'text':
      return [{ inlineData: { mimeType: 'text/plain', data: base64(source.text), ...named } }]
    case 'url': {
      const mimeType = source.mediaType ?? typeByEnding(source.url, type)
      return [
        { fileData: { ...(mimeType === undefined ? {} : { mimeType }), fileUri: source.url, ...named } },
      ]
    }
    case 'file':
      return []
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

const BY_ENDING: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['gif', 'image/gif'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['mp4', 'video/mp4'],
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mp3'],
])

/** Gemini wants the type of what it fetches; a picture without one may be any, and Google looks. */
function typeByEnding(url: string, kind: MediaPart['type']): string | undefined {
  const [, ending = ''] = /\.([A-Za-z0-9]+)(?:[?#]|$)/.exec(url) ?? []
  const known = BY_ENDING.get(ending.toLowerCase())
  if (known || VIDEO_PAGE.test(url)) return known
  return kind === 'image' ? 'image/jpeg' : kind === 'document' ? 'application/pdf' : undefined
}
