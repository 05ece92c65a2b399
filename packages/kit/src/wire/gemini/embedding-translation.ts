import { invalid, isCount, isObject, type JsonObject } from '../json.ts'
import { type EmbeddingRequest, type EmbeddingTranslation, vectorOf } from '../neutral/embedding.ts'
import { field, objectField, objectsField } from './fields.ts'
import { resourceName } from './model-path.ts'
import { readUsage } from './usage.ts'

/** Several embeddings at once, which is how other dialects are served: https://ai.google.dev/api/embeddings */
export const EMBED_BATCH_TRANSLATION: EmbeddingTranslation = {
  readRequest: (body) => requestOf(objectsField(body, 'requests'), 'requests'),
  writeRequest: ({ texts, dimensions }, model) => ({
    requests: texts.map((text) => ({
      model: resourceName(model),
      content: { parts: [{ text }] },
      ...(dimensions !== undefined && { outputDimensionality: dimensions }),
    })),
  }),
  readAnswer(body) {
    const { embeddings, usageMetadata } = body
    if (!Array.isArray(embeddings)) throw new SyntaxError('Not an answer with embeddings: it has none')
    return {
      vectors: embeddings.map((each) => vectorOf(isObject(each) ? each.values : undefined)),
      inputTokens: readUsage(usageMetadata)?.input,
    }
  },
  writeAnswer: ({ vectors, inputTokens }) => ({
    embeddings: vectors.map((values) => ({ values })),
    ...usageOf(inputTokens),
  }),
}

/** One embedding, of one content. */
export const EMBED_TRANSLATION: EmbeddingTranslation = {
  ...EMBED_BATCH_TRANSLATION,
  readRequest: (body) => requestOf([body], 'content'),
  writeAnswer: ({ vectors, inputTokens }) => ({
    embedding: { values: vectors[0] ?? [] },
    ...usageOf(inputTokens),
  }),
}

const UNDERSTOOD: ReadonlySet<string> = new Set(['model', 'content', 'outputdimensionality'])

function requestOf(requests: readonly JsonObject[], param: string): EmbeddingRequest {
  const lengths = new Set(requests.map((request) => field(request, 'outputDimensionality')))
  if (lengths.size > 1) {
    const message =
      'The provider of this model gives all vectors of a request one length, and this one asks for several.'
    throw invalid(param, message)
  }
  const dimensions = [...lengths].find(isCount)
  const isForeign = requests.some((request) => Object.keys(request).some((name) => !isUnderstood(name)))
  return {
    texts: requests.map((request) => textOf(request, param)),
    ...(dimensions !== undefined && { dimensions }),
    foreign: isForeign ? ['provider_fields'] : [],
  }
}

function isUnderstood(name: string): boolean {
  return UNDERSTOOD.has(name.replaceAll('_', '').toLowerCase())
}

function textOf(request: JsonObject, param: string): string {
  const parts = objectsField(objectField(request, 'content') ?? {}, 'parts')
  const texts = parts.map((part) => field(part, 'text'))
  if (texts.every((text) => typeof text === 'string')) return texts.join('')
  throw invalid(param, 'The provider of this model embeds texts alone, and this request has something else.')
}

function usageOf(inputTokens: number | undefined): JsonObject {
  if (inputTokens === undefined) return {}
  return { usageMetadata: { promptTokenCount: inputTokens, totalTokenCount: inputTokens } }
}
