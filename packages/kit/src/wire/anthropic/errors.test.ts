import { describe, expect, it } from 'vitest'
import { readError, writeError } from './errors.ts'
import { streamError } from './stream-error.ts'

const body = (type: string, message: string, details?: object) => ({
  type: 'error',
  error: { type, message, ...(details ? { details } : {}) },
  request_id: 'req_011',
})

describe('an error of Anthropic’s', () => {
  it.each([
    [400, 'invalid_request_error', 'messages: at least one message is required', 'invalid_request'],
    [400, 'invalid_request_error', 'prompt is too long: 210013 tokens > 200000 maximum', 'context_window'],
    [400, 'invalid_request_error', 'Output blocked by content filtering policy', 'content_filter'],
    [400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API.', 'quota'],
    [401, 'authentication_error', 'invalid x-api-key', 'authentication'],
    [402, 'billing_error', 'There is an issue with your billing.', 'quota'],
    [403, 'permission_error', 'Not for you.', 'permission'],
    [404, 'not_found_error', 'model: claude-9', 'not_found'],
    [409, 'conflict_error', 'Modified concurrently.', 'invalid_request'],
    [413, 'request_too_large', 'Request exceeds the maximum size', 'too_large'],
    [429, 'rate_limit_error', 'Number of request tokens has exceeded your rate limit', 'rate_limited'],
    [500, 'api_error', 'Internal server error', 'server'],
    [504, 'timeout_error', 'Timed out', 'timeout'],
    [529, 'overloaded_error', 'Overloaded', 'overloaded'],
  ])('%i %s: %s is %s', (status, type, message, kind) => {
    expect(readError(status, body(type, message))).toMatchObject({ status, kind, message, code: type })
  })

  it('names the field at fault', () => {
    const error = readError(400, body('invalid_request_error', 'messages.0.content: Field required'))
    expect(error.param).toBe('messages.0.content')
  })

  it('names its cause where it has a code, and a spent contract is a quota', () => {
    const details = { error_code: 'contract_spend_limit_reached' }
    expect(readError(429, body('rate_limit_error', 'No.', details))).toEqual({
      status: 429,
      kind: 'quota',
      message: 'No.',
      code: 'contract_spend_limit_reached',
    })
  })

  it('has the status of its type when it comes inside a stream', () => {
    const error = readError(undefined, body('overloaded_error', 'Overloaded'))
    expect(error).toMatchObject({ status: 529, kind: 'overloaded' })
  })

  it.each([
    [503, undefined, 'server'],
    [529, 'Bad gateway', 'overloaded'],
    [422, { error: 7 }, 'invalid_request'],
  ])('that is no JSON is told by its status %i', (status, raw, kind) => {
    expect(readError(status, raw)).toMatchObject({ status, kind })
  })
})

describe('an error for a client of Anthropic’s', () => {
  it('has the type and the status that its SDKs go by', () => {
    const quota = { status: 429, kind: 'quota', message: 'You exceeded your current quota.' } as const
    expect(writeError(quota, 'req_1')).toEqual({
      status: 402,
      body: {
        type: 'error',
        error: { type: 'billing_error', message: 'You exceeded your current quota.' },
        request_id: 'req_1',
      },
    })
  })

  it.each(['authentication', 'permission', 'not_found', 'too_large', 'rate_limited', 'overloaded'] as const)(
    'that is written is read as it was: %s',
    (kind) => {
      const { status, body } = writeError({ status: 500, kind, message: 'No.' }, 'req_1')
      expect(readError(status, body)).toMatchObject({ status, kind, message: 'No.' })
    },
  )

  it.each([
    ['prompt is too long: 9 tokens > 8 maximum', 'prompt is too long: 9 tokens > 8 maximum'],
    ['The input exceeds the window.', 'prompt is too long: The input exceeds the window.'],
  ])('says in the words that agents look for what is too long: %s', (message, said) => {
    const { status, body } = writeError({ status: 400, kind: 'context_window', message }, 'req_1')
    expect(body).toMatchObject({ error: { type: 'invalid_request_error', message: said } })
    expect(readError(status, body)).toMatchObject({ kind: 'context_window' })
  })

  it('in a stream is an event of its own', () => {
    expect(streamError({ type: 'error' }).toString()).toBe('event: error\ndata: {"type":"error"}\n\n')
  })
})
