import { describe, expect, it } from 'vitest'
import type { ProviderErrorKind } from '../neutral/provider-error.ts'
import { readError, writeError } from './errors.ts'

const said = (code: number, status: string, message: string, details: object[] = []) => ({
  error: { code, message, status, details },
})

describe('readError', () => {
  it.each<[ProviderErrorKind, number, object]>([
    ['invalid_request', 400, said(400, 'INVALID_ARGUMENT', 'Invalid value at generation_config.top_k')],
    [
      'authentication',
      400,
      said(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
      ]),
    ],
    [
      'context_window',
      400,
      said(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      ),
    ],
    ['permission', 400, said(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.')],
    ['not_found', 404, said(404, 'NOT_FOUND', 'models/nope is not found')],
    ['rate_limited', 429, said(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota')],
    [
      'quota',
      429,
      said(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota', [
        {
          '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
          violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
        },
      ]),
    ],
    ['overloaded', 503, said(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')],
    ['timeout', 504, said(504, 'DEADLINE_EXCEEDED', 'Deadline expired')],
    ['server', 500, said(500, 'INTERNAL', 'Internal error')],
  ])('tells what is wrong: %s', (kind, status, body) => {
    expect(readError(status, body)).toMatchObject({ kind, status })
    expect(readError(status, [body])).toMatchObject({ kind, status })
  })

  it('says which field is at fault, and when to try again', () => {
    const details = [
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: 'contents[0].parts' }],
      },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '36.0541s' },
    ]
    expect(readError(429, said(429, 'RESOURCE_EXHAUSTED', 'Wait', details))).toEqual({
      status: 429,
      kind: 'rate_limited',
      message: 'Wait',
      code: 'RESOURCE_EXHAUSTED',
      param: 'contents[0].parts',
      retryAfterMs: 36_055,
    })
  })

  it('goes by the status where the body says nothing, and by the code inside a stream', () => {
    expect(readError(502, '<html>')).toEqual({
      status: 502,
      kind: 'server',
      message: 'The provider answered with 502.',
    })
    expect(readError(undefined, said(503, 'UNAVAILABLE', 'Busy'))).toMatchObject({
      status: 503,
      kind: 'overloaded',
    })
  })
})

describe('writeError', () => {
  it('is read back as what it was', () => {
    const kinds: ProviderErrorKind[] = [
      'invalid_request',
      'authentication',
      'permission',
      'not_found',
      'too_large',
      'rate_limited',
      'overloaded',
      'timeout',
      'server',
    ]
    for (const kind of kinds) {
      const { status, body } = writeError({ status: 400, kind, message: 'No.', retryAfterMs: 1_500 }, 'req_1')
      const read = readError(status, body)
      expect(read).toMatchObject({ message: 'No.', retryAfterMs: 1_500 })
      // A body that is too large is a bad argument to Google, too: its status tells.
      expect(read.kind).toBe(kind === 'too_large' ? 'invalid_request' : kind)
    }
  })
})
