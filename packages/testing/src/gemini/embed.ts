import type { Refusal } from '../behaviour.ts'
import { type Body, isRefusal, type Question } from '../dialect.ts'
import { unitVector } from '../model/vector.ts'
import type { Plan } from '../plan.ts'
import { invalid } from './errors.ts'
import { field, objectField, objectsField } from './fields.ts'
import { partsText, partsTokens } from './input.ts'
import type { Named } from './model.ts'

const DIMENSIONS = 3_072

interface Text {
  readonly parts: readonly Body[]
  readonly dimensions: number
}

/** `:embedContent`: https://ai.google.dev/api/embeddings */
export function embed(question: Question, named: Named): Plan | Refusal {
  return planOf(question, named, [question.body], ([embedding]) => ({ embedding }))
}

/** `:batchEmbedContents`: each of its requests names the model again. */
export function embedBatch(question: Question, named: Named): Plan | Refusal {
  const requests = objectsField(question.body, 'requests')
  if (requests.length === 0) return invalid('* BatchEmbedContentsRequest.requests: requests is not specified')
  if (requests.some(({ model }) => model !== `models/${named.model}`)) {
    return invalid(`* BatchEmbedContentsRequest.model: model must be models/${named.model} in every request`)
  }
  return planOf(question, named, requests, (embeddings) => ({ embeddings }))
}

function planOf(
  { countInput, behaviour }: Question,
  { bill }: Named,
  requests: readonly Body[],
  answer: (vectors: readonly object[]) => object,
): Plan | Refusal {
  const texts: Text[] = []
  for (const request of requests) {
    const text = textOf(request)
    if (isRefusal(text)) return text
    texts.push(text)
  }
  return {
    bill,
    inputTokens: countInput(() => partsTokens(texts.flatMap(({ parts }) => parts))),
    cachedTokens: 0,
    choices: [],
    body: ({ input }) =>
      JSON.stringify({
        ...answer(texts.map(vectorOf)),
        ...(behaviour.usage === 'never'
          ? {}
          : { usageMetadata: { promptTokenCount: input, totalTokenCount: input } }),
      }),
  }
}

function textOf(request: Body): Text | Refusal {
  const parts = objectsField(objectField(request, 'content') ?? {}, 'parts')
  if (parts.length === 0) return invalid('* EmbedContentRequest.content: content is not specified')
  const dimensions = field(request, 'outputDimensionality') ?? DIMENSIONS
  if (
    typeof dimensions !== 'number' ||
    !Number.isInteger(dimensions) ||
    dimensions < 1 ||
    dimensions > DIMENSIONS
  ) {
    return invalid(`outputDimensionality must be from 1 to ${DIMENSIONS}.`)
  }
  return { parts, dimensions }
}

function vectorOf({ parts, dimensions }: Text): object {
  return { values: Array.from(unitVector(partsText(parts), dimensions)) }
}
