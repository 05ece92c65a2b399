import { defined } from '../../defined.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { Citation } from '../../neutral/part.ts'

/**
 * A citation of any of the five types. Anthropic's positions are in the document, and ours in the text that cites, which the
 * cited part is a block of its own of: they are not carried.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/citations
 */
function readCitation(citation: unknown): Citation | undefined {
  if (!isObject(citation)) return undefined
  const {
    url,
    source,
    title,
    document_title: documentTitle,
    cited_text: quote,
    document_index: document,
  } = citation
  const address = string(url) ?? string(source)
  const name = string(title) ?? string(documentTitle)
  return {
    ...defined({ url: address, title: name }),
    ...(typeof quote === 'string' ? { quote } : {}),
    ...(typeof document === 'number' ? { document } : {}),
  }
}

export function readCitations(citations: unknown): readonly Citation[] {
  return Array.isArray(citations) ? citations.flatMap((citation) => readCitation(citation) ?? []) : []
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A citation of a page, as one that a web search has found; of others Anthropic's clients expect positions that nobody gave. */
export function writeCitation({ url, title, quote }: Citation): JsonObject | undefined {
  if (url === undefined) return undefined
  return {
    type: 'web_search_result_location',
    url,
    title: title ?? null,
    cited_text: quote ?? '',
    encrypted_index: '',
  }
}
