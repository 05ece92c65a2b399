import type { JsonObject } from '../json.ts'
import type { Feature } from './features.ts'

/** Texts that are to be embedded, as every dialect that has embeddings says it. */
export interface EmbeddingRequest {
  readonly texts: readonly string[]
  /** How many numbers each vector is to have; as many as the model gives when absent. */
  readonly dimensions?: number
  /** What it asks for besides, which no other dialect can say. */
  readonly foreign: readonly Feature[]
}

/** One vector for each text, in their order. */
export interface EmbeddingAnswer {
  readonly vectors: readonly (readonly number[])[]
  /** Undefined where the provider does not say. */
  readonly inputTokens: number | undefined
}

/** What of the client's own request shapes the answer that it gets. */
export interface AskedEmbedding {
  /** The model, by the name that the client used. */
  readonly model: string
  readonly request: JsonObject
}

/** Between a dialect's embeddings and what all of them say. */
export interface EmbeddingTranslation {
  /** @throws TollgateError `invalid_request` for what is no text, naming the field. */
  readRequest(body: JsonObject): EmbeddingRequest
  writeRequest(request: EmbeddingRequest, model: string): JsonObject
  /** @throws SyntaxError when it is no answer of this dialect. */
  readAnswer(body: JsonObject): EmbeddingAnswer
  writeAnswer(answer: EmbeddingAnswer, asked: AskedEmbedding): JsonObject
}

/** @throws SyntaxError for what is no vector. */
export function vectorOf(values: unknown): readonly number[] {
  if (Array.isArray(values) && values.every((value) => typeof value === 'number')) return values
  throw new SyntaxError('Not an embedding: it is no list of numbers')
}
