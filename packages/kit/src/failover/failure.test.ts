import { describe, expect, it } from 'vitest'
import type { Dialect } from '../core/dialect.ts'
import { failureOfAnswer, failureOfTransport } from './classify.ts'
import { type FailureKind, isCallersOwn, mayRepeat } from './failure.ts'
import { retryAfterOf } from './retry-after.ts'

const openai = (message: string, code?: string, type?: string) => ({ error: { message, code, type } })
const anthropic = (type: string, message: string) => ({ type: 'error', error: { type, message } })
const gemini = (code: number, status: string, message = 'No.', details: readonly object[] = []) => ({
  error: { code, status, message, details },
})

const answered = (dialect: Dialect, status: number, body: unknown, headers: Record<string, string> = {}) =>
  failureOfAnswer({ dialect, status, headers, body: Buffer.from(JSON.stringify(body) ?? '') }, 0)

describe('what a refusal means', () => {
  const refusals: [Dialect, number, unknown, FailureKind][] = [
    ['openai', 400, openai('Missing field.'), 'caller'],
    ['openai', 400, openai('Too long.', 'context_length_exceeded'), 'context_window'],
    ['openai', 400, openai('Filtered.', 'content_filter'), 'content_filter'],
    ['openai', 401, openai('Incorrect API key.', 'invalid_api_key'), 'auth'],
    ['openai', 403, openai('Country not supported.'), 'auth'],
    ['openai', 404, openai('No such model.', 'model_not_found'), 'model_not_found'],
    ['openai', 408, undefined, 'server'],
    ['openai', 409, openai('In the way.'), 'conflict'],
    ['openai', 413, undefined, 'caller'],
    ['openai', 422, openai('Not that.'), 'caller'],
    ['openai', 429, openai('Slow down.', 'rate_limit_exceeded'), 'rate_limited'],
    ['openai', 429, openai('Pay.', 'insufficient_quota'), 'quota'],
    ['openai', 500, openai('Oh.', undefined, 'server_error'), 'server'],
    ['openai', 500, openai('Oh.', 'invalid_request'), 'server'],
    ['openai', 502, '<html>', 'server'],
    ['openai', 503, undefined, 'overloaded'],
    ['openai', 529, undefined, 'overloaded'],
    ['anthropic', 400, anthropic('invalid_request_error', 'prompt is too long: 1 > 0'), 'context_window'],
    ['anthropic', 400, anthropic('invalid_request_error', 'Your credit balance is too low'), 'quota'],
    ['anthropic', 401, anthropic('authentication_error', 'invalid x-api-key'), 'auth'],
    ['anthropic', 529, anthropic('overloaded_error', 'Overloaded'), 'overloaded'],
    ['gemini', 400, gemini(400, 'INVALID_ARGUMENT'), 'caller'],
    ['gemini', 400, gemini(400, 'INVALID_ARGUMENT', 'No.', [{ reason: 'API_KEY_INVALID' }]), 'auth'],
    ['gemini', 404, gemini(404, 'NOT_FOUND'), 'model_not_found'],
    ['gemini', 429, gemini(429, 'RESOURCE_EXHAUSTED'), 'rate_limited'],
    ['gemini', 503, gemini(503, 'UNAVAILABLE'), 'overloaded'],
  ]
  it.each(refusals)('%s %i %j: %s', (dialect, status, body, kind) => {
    const failure = answered(dialect, status, body)
    expect(failure).toMatchObject({ kind, status, paid: false })
  })

  it('an error inside a 2xx may have been paid for', () => {
    expect(answered('openai', 200, openai('Oh.'))).toMatchObject({ kind: 'malformed', paid: true })
  })

  it('a transport error is unreachable while nothing was sent', () => {
    const cause = new Error('ECONNREFUSED')
    expect(failureOfTransport(cause, false)).toEqual({ kind: 'unreachable', paid: false, cause })
    expect(failureOfTransport(cause, true)).toEqual({ kind: 'broken', paid: true, cause })
  })
})

describe('what may be asked again at the same place', () => {
  it('is what passes, unless it may have been paid for or the provider says no', () => {
    expect(mayRepeat(answered('openai', 503, undefined))).toBe(true)
    expect(mayRepeat(answered('openai', 503, undefined, { 'x-should-retry': 'false' }))).toBe(false)
    expect(mayRepeat(answered('openai', 401, undefined))).toBe(false)
    expect(mayRepeat(failureOfTransport(undefined, true))).toBe(false)
    expect(mayRepeat(failureOfTransport(undefined, false))).toBe(true)
  })

  it('is never the caller’s own fault', () => {
    const own: FailureKind[] = ['caller', 'context_window', 'content_filter', 'model_not_found']
    for (const kind of own) {
      expect(isCallersOwn({ kind })).toBe(true)
      expect(mayRepeat({ kind, paid: false })).toBe(false)
    }
    expect(isCallersOwn({ kind: 'rate_limited' })).toBe(false)
  })
})

describe('retry-after', () => {
  const nowMs = Date.parse('2026-11-21T12:00:00Z')
  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': '7', 'retry-after-ms': '1500' }, 1_500],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
  ])('%j is %s ms', (headers, ms) => {
    expect(retryAfterOf(headers, nowMs)).toBe(ms)
  })

  it('is read from Google’s body where the headers say nothing', () => {
    const body = gemini(429, 'RESOURCE_EXHAUSTED', 'Wait.', [{ retryDelay: '3.5s' }])
    expect(answered('gemini', 429, body).retryAfterMs).toBe(3_500)
  })
})
