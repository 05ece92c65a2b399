import type { MediaPart, Source } from '../neutral/part.ts'

const DATA_URL = /^data:([^;,]*)((?:;[^;,]+)*?);base64,/i

/** Where a picture or a file is that a request gives by URL: inside the request itself, or elsewhere. */
export function sourceOfUrl(url: string): Source {
  const [prefix, mediaType = ''] = DATA_URL.exec(url) ?? []
  if (prefix === undefined) return { from: 'url', url }
  return { from: 'data', mediaType: mediaType.toLowerCase(), base64: url.slice(prefix.length) }
}

export function dataUrl({ mediaType, base64 }: Extract<Source, { from: 'data' }>): string {
  return `data:${mediaType};base64,${base64}`
}

const PDF = 'application/pdf'

/** A file's bytes: as a data URL, or as bare base64, which is then a PDF. */
export function sourceOfFileData(data: string): Source {
  const source = sourceOfUrl(data)
  return source.from === 'data' ? source : { from: 'data', mediaType: PDF, base64: data }
}

/** OpenAI wants a name with every file that comes inside a request: https://platform.openai.com/docs/guides/pdf-files */
export function fileName(name: string | undefined, mediaType: string): string {
  return name ?? (mediaType === PDF ? 'document.pdf' : 'document')
}

/** `original`, the closest look that some models can take, is the closest that other dialects have a word for. */
export function readDetail(detail: unknown): MediaPart['detail'] {
  if (detail === 'original') return 'high'
  return detail === 'low' || detail === 'high' || detail === 'auto' ? detail : undefined
}
