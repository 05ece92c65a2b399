import type { Endpoint, Speaker } from '../dialect.ts'
import { isObject } from '../dialect.ts'
import { questionOf } from '../question.ts'
import { chat } from './chat.ts'
import { completions } from './completions.ts'
import { embeddings } from './embeddings.ts'
import { errorText, invalidApiKey, invalidRequest, unknownUrl } from './errors.ts'
import { images } from './images.ts'
import { models } from './models.ts'
import { moderations } from './moderations.ts'
import { responses } from './responses/responses.ts'
import { speech } from './speech.ts'
import { transcriptions } from './transcriptions.ts'

const POST: readonly (readonly [suffix: string, endpoint: Endpoint])[] = [
  ['/chat/completions', chat],
  ['/completions', completions],
  ['/responses', responses],
  ['/embeddings', embeddings],
  ['/images/generations', images],
  ['/images/edits', images],
  ['/images/variations', images],
  ['/audio/speech', speech],
  ['/audio/transcriptions', transcriptions],
  ['/audio/translations', transcriptions],
  ['/moderations', moderations],
]

/** OpenAI's dialect: https://platform.openai.com/docs/api-reference */
export const openai: Speaker = {
  plan(asked) {
    const { entry, apiKey, bills, nowMs } = asked
    const { method, headers, body } = entry
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) return invalidApiKey
    const path = entry.path.split('?', 1)[0]!
    if (method === 'GET' && /\/models(\/[^/]+)?$/.test(path)) return models(path, bills, nowMs)
    const endpoint = method === 'POST' ? POST.find(([suffix]) => path.endsWith(suffix))?.[1] : undefined
    if (!endpoint) return unknownUrl(method, path)
    if (!isObject(body)) return invalidRequest('The body of this request has to be a JSON object.')
    return endpoint(questionOf(asked, body))
  },

  error: (refusal) => ({ status: refusal.status, text: errorText(refusal) }),

  /** The headers that OpenAI puts on everything; its limits are never reached here. */
  headers: (requestId, elapsedMs) => ({
    'x-request-id': requestId,
    'openai-processing-ms': String(Math.round(elapsedMs)),
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-limit-tokens': '2000000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-remaining-tokens': '1999000',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-reset-tokens': '30ms',
  }),
}
