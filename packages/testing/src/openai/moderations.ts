import type { Refusal } from '../behaviour.ts'
import { countTokens } from '../count.ts'
import { type Body, isObject, isRefusal, type Question } from '../dialect.ts'
import type { Plan } from '../plan.ts'
import { invalidRequest } from './errors.ts'
import { basicsOf } from './question.ts'

const USUAL_MODEL = 'omni-moderation-latest'
const CATEGORIES = ['harassment', 'hate', 'illicit', 'self-harm', 'sexual', 'violence']

/** `POST /moderations`: https://platform.openai.com/docs/api-reference/moderations */
export function moderations(question: Question): Plan | Refusal {
  const body = { ...question.body, model: question.body.model ?? USUAL_MODEL }
  const basics = basicsOf({ ...question, body })
  if (isRefusal(basics)) return basics
  const texts = textsOf(body)
  if (!texts) return invalidRequest("Missing required parameter: 'input'.", 'input')
  return {
    bill: basics.bill,
    inputTokens: question.countInput(() => texts.reduce((sum, text) => sum + countTokens(text), 0)),
    cachedTokens: 0,
    choices: [],
    body: () =>
      JSON.stringify({ id: `modr-${question.id}`, model: basics.model, results: texts.map(verdictOn) }),
  }
}

function textsOf({ input }: Body): readonly string[] | undefined {
  if (typeof input === 'string' && input !== '') return [input]
  if (!Array.isArray(input) || input.length === 0) return undefined
  if (input.every((text) => typeof text === 'string')) return input
  return [input.map((part) => (isObject(part) && typeof part.text === 'string' ? part.text : '')).join('\n')]
}

/** Nothing is ever wrong here, but for what says so itself. */
function verdictOn(text: string): object {
  const flagged = text.includes('violence')
  const marked = (category: string) => flagged && category === 'violence'
  return {
    flagged,
    categories: Object.fromEntries(CATEGORIES.map((category) => [category, marked(category)])),
    category_scores: Object.fromEntries(
      CATEGORIES.map((category) => [category, marked(category) ? 0.99 : 0.01]),
    ),
    category_applied_input_types: Object.fromEntries(CATEGORIES.map((category) => [category, ['text']])),
  }
}
