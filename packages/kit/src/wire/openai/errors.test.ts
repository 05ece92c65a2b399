import { describe, expect, it } from 'vitest'
import type { ProviderErrorKind } from '../neutral/provider-error.ts'
import { readError, writeError } from './errors.ts'

const KINDS: readonly ProviderErrorKind[] = [
  'invalid_request',
  'authentication',
  'permission',
  'not_found',
  'too_large',
  'context_window',
  'content_filter',
  'rate_limited',
  'quota',
  'overloaded',
  'timeout',
  'server',
]

describe('an error of OpenAI’s dialect', () => {
  it.each(KINDS)('keeps its kind when it is written and read: %s', (kind) => {
    const { status, body } = writeError({ status: 418, kind, message: 'No.', param: 'tools' })
    const message = expect.stringMatching(/No\.$/)
    expect(readError(status, body)).toMatchObject({ status, kind, message, param: 'tools' })
  })

  it('says what is too long in the words that its clients look for', () => {
    const said = { status: 400, kind: 'context_window', message: 'prompt is too long' } as const
    const { body } = writeError(said)
    expect(body).toMatchObject({
      error: {
        code: 'context_length_exceeded',
        message: "This model's maximum context length is exceeded: prompt is too long",
      },
    })
  })

  it('tells a spent quota from a rate limit, which have one status', () => {
    const of = (code: string) => readError(429, { error: { message: 'm', type: code, param: null, code } })
    expect(of('insufficient_quota')).toEqual({
      status: 429,
      kind: 'quota',
      message: 'm',
      code: 'insufficient_quota',
    })
    expect(of('rate_limit_exceeded').kind).toBe('rate_limited')
    expect(of('slow_down').kind).toBe('rate_limited')
  })

  it.each([
    [{ error: 'model is loading' }, 503, 'overloaded', 'model is loading'],
    [
      [{ error: { code: 400, message: 'Bad schema', status: 'INVALID_ARGUMENT' } }],
      400,
      'invalid_request',
      'Bad schema',
    ],
    [
      { object: 'error', message: "This model's maximum context length is 4096 tokens." },
      400,
      'context_window',
      undefined,
    ],
    [{ detail: 'Unauthorized' }, 401, 'authentication', 'Unauthorized'],
    ['<html>', 502, 'server', '<html>'],
    [undefined, 500, 'server', 'The provider answered with status 500.'],
  ])('is read from whatever a provider of the dialect sends: %j', (body, status, kind, message) => {
    const read = readError(status, body)
    expect(read.kind).toBe(kind)
    if (message !== undefined) expect(read.message).toBe(message)
  })
})
