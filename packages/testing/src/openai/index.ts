import type { Behaviour, Refusal } from '../behaviour.ts'
import type { Entry } from '../log.ts'
import type { Plan } from '../plan.ts'
import type { Bill } from '../prices.ts'
import { chat } from './chat.ts'
import { completions } from './completions.ts'
import { embeddings } from './embeddings.ts'
import { errorText, invalidApiKey, invalidRequest, unknownUrl } from './errors.ts'
import { type CountInput, inputCounter } from './input.ts'
import { models } from './models.ts'
import { isObject, type Question } from './question.ts'

/** What the dialect is given to answer with. */
export interface Asked {
  readonly entry: Entry
  readonly behaviour: Behaviour
  /** The only key that is welcome; any is when it is undefined. */
  readonly apiKey: string | undefined
  readonly bills: ReadonlyMap<string, Bill>
  readonly countInput: CountInput
  readonly nowMs: number
}

type Endpoint = (question: Question) => Plan | Refusal

const POST: readonly (readonly [suffix: string, endpoint: Endpoint])[] = [
  ['/chat/completions', chat],
  ['/completions', completions],
  ['/embeddings', embeddings],
]

/** OpenAI's dialect, at any prefix: https://platform.openai.com/docs/api-reference */
export const openai = {
  plan({ entry, apiKey, bills, ...asked }: Asked): Plan | Refusal {
    const { method, headers, body, rawBody } = entry
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) return invalidApiKey
    const path = entry.path.split('?', 1)[0]!
    if (method === 'GET' && /\/models(\/[^/]+)?$/.test(path)) return models(path, bills, asked.nowMs)
    const endpoint = method === 'POST' ? POST.find(([suffix]) => path.endsWith(suffix))?.[1] : undefined
    if (!endpoint) return unknownUrl(method, path)
    if (!isObject(body)) {
      return invalidRequest('The body of this request has to be a JSON object.')
    }
    return endpoint({
      ...asked,
      id: entry.id,
      body,
      bills,
      countInput: inputCounter(asked.countInput, body, rawBody.length),
    })
  },

  errorText,

  /** The headers that OpenAI puts on everything; its limits are never reached here. */
  headers(id: string, elapsedMs: number): Record<string, string> {
    return {
      'x-request-id': id,
      'openai-processing-ms': String(Math.round(elapsedMs)),
      'openai-version': '2020-10-01',
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-limit-tokens': '2000000',
      'x-ratelimit-remaining-requests': '9999',
      'x-ratelimit-remaining-tokens': '1999000',
      'x-ratelimit-reset-requests': '6ms',
      'x-ratelimit-reset-tokens': '30ms',
    }
  },
} as const
