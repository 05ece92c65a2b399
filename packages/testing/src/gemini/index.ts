import type { Refusal } from '../behaviour.ts'
import { isObject, isRefusal, type Question, type Speaker } from '../dialect.ts'
import type { Plan } from '../plan.ts'
import { questionOf } from '../question.ts'
import { count } from './count.ts'
import { embed, embedBatch } from './embed.ts'
import { invalid, invalidKey, missingKey, notFound, spokenError } from './errors.ts'
import { generate } from './generate.ts'
import { type Named, namedIn } from './model.ts'

type Method = (question: Question, named: Named) => Plan | Refusal

const METHODS: Readonly<Record<string, Method>> = {
  generateContent: (question, named) => generate(question, named, false),
  streamGenerateContent: stream,
  countTokens: count,
  embedContent: embed,
  batchEmbedContents: embedBatch,
}

/** Gemini's dialect: https://ai.google.dev/api */
export const gemini: Speaker = {
  plan(asked) {
    const { entry, apiKey, bills } = asked
    const { method, headers, body } = entry
    const url = new URL(entry.path, 'http://simulated')
    const key = headers['x-goog-api-key'] ?? url.searchParams.get('key') ?? undefined
    if (apiKey !== undefined && key !== apiKey) return key === undefined ? missingKey : invalidKey
    const named = namedIn({ path: url.pathname, bills })
    if (isRefusal(named)) return named
    const answer = method === 'POST' ? METHODS[named.method] : undefined
    if (!answer) return notFound('Requested entity was not found.')
    if (!isObject(body)) return invalid('Invalid JSON payload received.')
    return answer(questionOf(asked, body), named)
  },

  error: (refusal) => spokenError(refusal),

  headers: (_, elapsedMs) => ({
    'server-timing': `gfet4t7; dur=${Math.round(elapsedMs)}`,
    'x-gemini-service-tier': 'standard',
  }),
}

/** A stream comes as events where they are asked for; as one long array, which is Google's default, it does not come here. */
function stream(question: Question, named: Named): Plan | Refusal {
  const { query } = question
  if (new URLSearchParams(query).get('alt') === 'sse') return generate(question, named, true)
  return invalid('The simulated provider streams events alone: add alt=sse to the query.')
}
