import type { IncomingHttpHeaders } from 'node:http'
import { isObject, type Speaker } from '../dialect.ts'
import { questionOf } from '../question.ts'
import { countTokens } from './count-tokens.ts'
import { invalid, invalidKey, notFound, spokenError } from './errors.ts'
import { wrongVersion } from './fields.ts'
import { messages } from './messages.ts'

/** Anthropic's dialect: https://platform.claude.com/docs/en/api/overview */
export const anthropic: Speaker = {
  plan(asked) {
    const { method, path, headers, body } = asked.entry
    if (asked.apiKey !== undefined && keyIn(headers) !== asked.apiKey) return invalidKey
    const version = wrongVersion({ headers })
    if (version) return version
    if (method !== 'POST') return notFound('Not Found')
    if (!isObject(body)) return invalid('The request body is not valid JSON: expected an object')
    const question = questionOf(asked, body)
    if (question.path.endsWith('/v1/messages')) return messages(question)
    return question.path.endsWith('/v1/messages/count_tokens') ? countTokens(question) : notFound(path)
  },

  error: spokenError,

  /** The headers that Anthropic puts on everything; its limits are never reached here. */
  headers: (requestId) => ({
    'request-id': requestId,
    'anthropic-organization-id': '00000000-0000-0000-0000-000000000000',
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:00Z',
  }),
}

/** Keys come in a header of their own, and from SDKs of 2026 as bearers. */
function keyIn({ 'x-api-key': key, authorization }: IncomingHttpHeaders): unknown {
  return key ?? authorization?.replace(/^Bearer /, '')
}
