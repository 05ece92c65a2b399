import type { Refusal } from '../behaviour.ts'
import { countTokens } from '../count.ts'
import { isRefusal, type Question } from '../dialect.ts'
import { unitVector } from '../model/vector.ts'
import type { Plan } from '../plan.ts'
import { invalidRequest } from './errors.ts'
import { basicsOf, wholeNumber } from './question.ts'
import { textsOf, tokensIn } from './texts.ts'

const MOST_INPUTS = 2048
const LARGE_DIMENSIONS = 3072
const DIMENSIONS = 1536

/** `POST /embeddings`: https://platform.openai.com/docs/api-reference/embeddings */
export function embeddings(question: Question): Plan | Refusal {
  const { body, behaviour } = question
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  const texts = textsOf(body.input)
  if (!texts || texts.length > MOST_INPUTS) {
    return invalidRequest(
      `Invalid 'input': expected text, tokens, or a list of 1 to ${MOST_INPUTS} of either.`,
      'input',
    )
  }
  const most = basics.model.includes('large') ? LARGE_DIMENSIONS : DIMENSIONS
  const dimensions = wholeNumber(body, 'dimensions', { max: most }) ?? most
  if (isRefusal(dimensions)) return dimensions
  const encoding = body.encoding_format ?? 'float'
  if (encoding !== 'float' && encoding !== 'base64') {
    return invalidRequest("Invalid 'encoding_format': expected 'float' or 'base64'.", 'encoding_format')
  }
  return {
    bill: basics.bill,
    inputTokens: question.countInput(() => tokensIn(texts, countTokens)),
    cachedTokens: 0,
    choices: [],
    body: ({ input }) =>
      JSON.stringify({
        object: 'list',
        data: texts.map((text, index) => ({
          object: 'embedding',
          index,
          embedding: spell(unitVector(String(text), dimensions), encoding),
        })),
        model: basics.model,
        ...(behaviour.usage === 'never' ? {} : { usage: { prompt_tokens: input, total_tokens: input } }),
      }),
  }
}

/** Base64 is of the 32-bit floats in little-endian order. */
function spell(vector: Float32Array, encoding: 'float' | 'base64'): number[] | string {
  if (encoding === 'float') return Array.from(vector)
  const bytes = Buffer.alloc(vector.length * 4)
  vector.forEach((value, index) => void bytes.writeFloatLE(value, index * 4))
  return bytes.toString('base64')
}
