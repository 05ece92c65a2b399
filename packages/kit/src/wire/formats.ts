import { countTokens } from './anthropic/count-tokens.ts'
import { messages } from './anthropic/messages/messages.ts'
import { converse } from './converse/converse.ts'
import type { Endpoint } from './endpoint.ts'
import type { ClientFormat, Format } from './format.ts'
import { count } from './gemini/count.ts'
import { embed, embedBatch } from './gemini/embed.ts'
import { generate } from './gemini/generate/generate.ts'
import { chat } from './openai/chat/chat.ts'
import { completions } from './openai/completions.ts'
import { embeddings } from './openai/embeddings.ts'
import { imageEdits, images, imageVariations } from './openai/images/images.ts'
import { moderations } from './openai/moderations.ts'
import { responses } from './openai/responses/responses.ts'
import { speech } from './openai/speech.ts'
import { transcriptions, translations } from './openai/transcriptions/transcriptions.ts'

/** Every endpoint that is metered, and the one list of them. */
export const FORMATS: readonly Format[] = [
  chat,
  responses,
  completions,
  embeddings,
  images,
  imageEdits,
  imageVariations,
  speech,
  transcriptions,
  translations,
  moderations,
  generate,
  embedBatch,
  embed,
  count,
  messages,
  countTokens,
  converse,
]

const byEndpoint = new Map<Endpoint, Format>(FORMATS.map((format) => [format.endpoint, format]))

/** Whatever stands before them; the longest first, since one ends in another. */
const suffixes = FORMATS.filter(isSpoken)
  .flatMap((format) => format.suffixes.map((suffix) => ({ suffix, format })))
  .sort((a, b) => b.suffix.length - a.suffix.length)

/** Converse is spoken to providers, and by no client. */
function isSpoken(format: Format): format is ClientFormat {
  return format.dialect !== 'converse'
}

/** How the paths of all of them end. */
export const CALL_SUFFIXES: readonly string[] = FORMATS.flatMap(({ suffixes }) => suffixes)

/** Where they are found on a server of one's own, for people to read. */
export const CALL_PATHS: readonly string[] = CALL_SUFFIXES.map((suffix) => {
  if (suffix.startsWith(':')) return `/v1beta/models/{model}${suffix}`
  return suffix.startsWith('/v1/') ? suffix : `/v1${suffix}`
})

/** The format that a path speaks, by its longest known ending. */
export function formatAt(path: string): ClientFormat | undefined {
  return suffixes.find(({ suffix }) => path.endsWith(suffix))?.format
}

export function formatOf(endpoint: Endpoint): Format | undefined {
  return byEndpoint.get(endpoint)
}
