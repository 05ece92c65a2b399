import { defined } from '../defined.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { Citation, TextPart } from '../neutral/part.ts'

/** Read a page that an answer cites; Chat keeps it one level down, Responses does not. Undefined for other annotations. */
function readCitation(annotation: unknown): Citation | undefined {
  if (!isObject(annotation) || annotation.type !== 'url_citation') return undefined
  const said = isObject(annotation.url_citation) ? annotation.url_citation : annotation
  const { url, title, start_index: start, end_index: end } = said
  if (typeof url !== 'string') return undefined
  return {
    url,
    ...(typeof title === 'string' ? { title } : {}),
    ...defined({ start: position(start), end: position(end) }),
  }
}

export function citationsOf(annotations: unknown): readonly Citation[] {
  return Array.isArray(annotations) ? annotations.flatMap((one) => readCitation(one) ?? []) : []
}

function position(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

/** Texts that become one, which positions count in. */
export interface JoinedText {
  readonly text: string
  readonly citations: readonly JsonObject[]
}

/** Several texts as one, with the pages that they cite. */
export function joinTexts(parts: readonly TextPart[]): JoinedText {
  let text = ''
  const citations: JsonObject[] = []
  for (const part of parts) {
    citations.push(...writeCitations(part, text.length))
    text += part.text
  }
  return { text, citations }
}

/**
 * The pages that a text cites, which begins at `offset` of what the client sees. Where a dialect only says that a whole
 * text cites a page, all of it does. Documents are not cited in this dialect.
 */
export function writeCitations({ text, citations = [] }: TextPart, offset: number): readonly JsonObject[] {
  return citations
    .filter(({ url }) => url !== undefined)
    .map(({ url, title, start = 0, end = text.length }) => ({
      url,
      title: title ?? url,
      start_index: offset + start,
      end_index: offset + end,
    }))
}
