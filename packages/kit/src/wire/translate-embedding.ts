import type { Dialect } from '../core/dialect.ts'
import type { Format } from './format.ts'
import { embedBatch } from './gemini/embed.ts'
import { invalid, type JsonObject } from './json.ts'
import type { AskedEmbedding, EmbeddingTranslation } from './neutral/embedding.ts'
import type { Feature } from './neutral/features.ts'
import { embeddings } from './openai/embeddings.ts'
import type { Provider } from './provider.ts'
import type { ReceivedCall } from './received-call.ts'
import { spokenBy } from './spoken-by.ts'

/** The endpoint at which providers of a dialect embed what clients of another one send. */
const EMBEDDING: Readonly<Partial<Record<Dialect, Format>>> = { openai: embeddings, gemini: embedBatch }

/** Embeddings in the words of the provider that is to make them. */
export interface TranslatedEmbedding {
  readonly to: Format
  readonly path: string
  readonly body: JsonObject
  /** A provider's answer in the client's words. @throws SyntaxError when it is none. */
  readonly answer: Embedded
  readonly lost: readonly Feature[]
}

export type Embedded = (body: JsonObject, asked: AskedEmbedding) => JsonObject

/**
 * Say in the dialect of a provider what a client wants to have embedded; undefined where that dialect has no embeddings, or
 * the provider has none of it.
 *
 * @throws TollgateError `invalid_request` for what no other dialect can say, naming the field.
 */
export function translateEmbedding(
  { format, body, stream }: ReceivedCall,
  provider: Provider,
  model: string,
): TranslatedEmbedding | undefined {
  const spoken = EMBEDDING[provider.dialect]
  const from = format.embedding
  const to = spoken && spokenBy(provider, spoken)
  if (!from || !to?.embedding || provider.endpoints?.includes(to.endpoint) === false) return undefined
  const request = from.readRequest(body)
  if (request.texts.length === 0) throw invalid('input', 'There is no text to embed.')
  return {
    to,
    path: to.path({ model, stream, query: '' }),
    body: to.embedding.writeRequest(request, model),
    answer: answerBy(to.embedding, from),
    lost: request.foreign,
  }
}

function answerBy(theirs: EmbeddingTranslation, ours: EmbeddingTranslation): Embedded {
  return (body, asked) => ours.writeAnswer(theirs.readAnswer(body), asked)
}
