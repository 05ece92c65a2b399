import { invalid, isCount, isObject } from '../json.ts'
import { type EmbeddingTranslation, vectorOf } from '../neutral/embedding.ts'

/** OpenAI's Embeddings for providers and clients of other dialects: https://platform.openai.com/docs/api-reference/embeddings */
export const EMBEDDINGS_TRANSLATION: EmbeddingTranslation = {
  readRequest({ input, dimensions, user }) {
    return {
      texts: textsOf(input),
      ...(isCount(dimensions) && { dimensions }),
      foreign: user === undefined ? [] : ['end_user'],
    }
  },
  writeRequest: ({ texts, dimensions }, model) => ({
    model,
    input: texts,
    encoding_format: 'float',
    ...(dimensions !== undefined && { dimensions }),
  }),
  readAnswer({ data, usage }) {
    if (!Array.isArray(data)) throw new SyntaxError('Not an answer with embeddings: it has no data')
    const inOrder = data.filter(isObject).sort((one, other) => Number(one.index) - Number(other.index))
    const tokens = isObject(usage) ? usage.prompt_tokens : undefined
    return {
      vectors: inOrder.map(({ embedding }) => vectorOf(embedding)),
      inputTokens: isCount(tokens) ? tokens : undefined,
    }
  },
  writeAnswer({ vectors, inputTokens }, { model, request }) {
    const spelt = request.encoding_format === 'base64' ? base64Of : (vector: readonly number[]) => vector
    return {
      object: 'list',
      data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: spelt(vector) })),
      model,
      ...(inputTokens !== undefined && {
        usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
      }),
    }
  },
}

function textsOf(input: unknown): readonly string[] {
  const texts = typeof input === 'string' ? [input] : input
  if (Array.isArray(texts) && texts.length > 0 && texts.every((text) => typeof text === 'string'))
    return texts
  throw invalid(
    'input',
    '`input` is a text or a list of texts here: tokens are understood by the model alone that they were made for.',
  )
}

/** 32-bit floats in little-endian order, which is what OpenAI's own clients ask for. */
function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT)
  vector.forEach((value, index) => void bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT))
  return bytes.toString('base64')
}
