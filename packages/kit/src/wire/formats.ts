import type { Endpoint } from './endpoint.ts'
import type { Format } from './format.ts'
import { chat } from './openai/chat/chat.ts'
import { completions } from './openai/completions.ts'
import { embeddings } from './openai/embeddings.ts'

/** Every endpoint that is metered, and the one list of them. */
export const FORMATS: readonly Format[] = [chat, completions, embeddings]

const byEndpoint = new Map<Endpoint, Format>(FORMATS.map((format) => [format.endpoint, format]))

/** Whatever stands before them; the longest first, since one ends in another. */
const suffixes = FORMATS.flatMap((format) => format.suffixes.map((suffix) => ({ suffix, format }))).sort(
  (a, b) => b.suffix.length - a.suffix.length,
)

/** The format that a path speaks, by its longest known ending. */
export function formatAt(path: string): Format | undefined {
  return suffixes.find(({ suffix }) => path.endsWith(suffix))?.format
}

export function formatOf(endpoint: Endpoint): Format | undefined {
  return byEndpoint.get(endpoint)
}
