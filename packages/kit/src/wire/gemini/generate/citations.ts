import { isObject, type JsonObject } from '../../json.ts'
import type { Citation } from '../../neutral/part.ts'

/** A citation, and which of an answer's texts cites. */
export interface PlacedCitation {
  readonly text: number
  readonly citation: Citation
}

/**
 * What an answer is grounded on: pieces of its texts, each with the pages that support it. Positions count bytes of UTF-8.
 * https://ai.google.dev/gemini-api/docs/google-search#attributing_sources_with_inline_citations
 */
export function readGrounding(metadata: unknown, texts: readonly string[]): PlacedCitation[] {
  if (!isObject(metadata)) return []
  const pages = objects(metadata.groundingChunks).map(pageOf)
  return objects(metadata.groundingSupports).flatMap(({ segment, groundingChunkIndices: indices }) => {
    const place = isObject(segment) ? placeOf(segment, texts) : undefined
    if (!place || !Array.isArray(indices)) return []
    const { text, ...span } = place
    return indices.flatMap((index) => {
      const page = pages[index]
      return page ? [{ text, citation: { ...page, ...span } }] : []
    })
  })
}

function objects(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : []
}

function pageOf({ web, retrievedContext, maps }: JsonObject): Citation {
  const page = [web, retrievedContext, maps].find(isObject) ?? {}
  return {
    ...(typeof page.uri === 'string' ? { url: page.uri } : {}),
    ...(typeof page.title === 'string' ? { title: page.title } : {}),
  }
}

interface Place extends Pick<Citation, 'quote' | 'start' | 'end'> {
  readonly text: number
}

/** Thoughts and pieces of a stream are parts too, so that the number of a part tells less than the words that it quotes. */
function placeOf(segment: JsonObject, texts: readonly string[]): Place | undefined {
  const { startIndex = 0, endIndex, partIndex = 0, text: quote } = segment
  if (typeof startIndex !== 'number' || typeof endIndex !== 'number') return undefined
  const spans = texts.map((text, index) => ({
    text: index,
    start: unitsIn(text, startIndex),
    end: unitsIn(text, endIndex),
  }))
  if (typeof quote !== 'string' || quote === '') return spans.find(({ text }) => text === partIndex)
  const span = spans.find(({ text, start, end }) => texts[text]?.slice(start, end) === quote)
  return span && { ...span, quote }
}

/** How many UTF-16 units the first bytes of a text are. */
function unitsIn(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString('utf8').length
}

/** A text of an answer, with what it cites. */
export interface CitingText {
  readonly text: string
  readonly citations: readonly Citation[]
}

/** Citations of pages, as what an answer is grounded on. Undefined when there are none. */
export function writeGrounding(texts: readonly CitingText[]): JsonObject | undefined {
  const groundingChunks: JsonObject[] = []
  const groundingSupports: JsonObject[] = []
  for (const [index, { text, citations }] of texts.entries()) {
    for (const { url, title, start = 0, end = text.length } of citations) {
      if (url === undefined) continue
      const segment = {
        ...(index > 0 ? { partIndex: index } : {}),
        startIndex: Buffer.byteLength(text.slice(0, start)),
        endIndex: Buffer.byteLength(text.slice(0, end)),
        text: text.slice(start, end),
      }
      groundingSupports.push({ segment, groundingChunkIndices: [groundingChunks.length] })
      groundingChunks.push({ web: { uri: url, ...(title === undefined ? {} : { title }) } })
    }
  }
  return groundingChunks.length > 0 ? { groundingChunks, groundingSupports } : undefined
}
