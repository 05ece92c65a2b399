import { describe, expect, it } from 'vitest'
import { failureOfAnswer } from '../../failover/classify.ts'
import { readError as readAws } from '../converse/errors.ts'
import { readError as readGoogle } from '../gemini/errors.ts'
import { anthropicError } from './anthropic-error.ts'

const by =
  (read: Parameters<typeof anthropicError>[0]) =>
  (status: number, said: unknown, headers = {}) => {
    const body = Buffer.from(typeof said === 'string' ? said : JSON.stringify(said))
    const told = anthropicError(read)({ status, headers, body })
    const { kind } = failureOfAnswer({ status, headers, body: told, dialect: 'anthropic' }, 0)
    return [JSON.parse(told.toString()), kind]
  }
const error = (type: string, message: string, request_id = 'none') => ({
  type: 'error',
  error: { type, message },
  request_id,
})

describe('an error of Bedrock’s, about Claude', () => {
  const bedrock = by(readAws)

  it.each([
    [429, 'Too many requests, please wait before trying again.', 'rate_limit_error', 'rate_limited'],
    [
      400,
      'Malformed input request: #: extraneous key [x] is not permitted',
      'invalid_request_error',
      'caller',
    ],
    [403, 'The security token included in the request is invalid.', 'authentication_error', 'auth'],
    [403, "You don't have access to the model with the specified model ID.", 'permission_error', 'auth'],
    [
      404,
      'Could not resolve the foundation model from the provided model identifier.',
      'not_found_error',
      'model_not_found',
    ],
    [408, 'Model has timed out in processing the request.', 'timeout_error', 'server'],
    [424, 'The system encountered an unexpected error during processing.', 'api_error', 'server'],
    [503, 'Bedrock is unable to process your request.', 'overloaded_error', 'overloaded'],
  ])('%i %s: %s, %s', (status, message, type, kind) => {
    expect(bedrock(status, { message }, { 'x-amzn-requestid': 'r-1' })).toEqual([
      error(type, message, 'r-1'),
      kind,
    ])
  })

  it('says what is too long as Anthropic does: agents look for its words', () => {
    const message = 'Input is too long for requested model.'
    expect(bedrock(400, { message })).toEqual([
      error('invalid_request_error', `prompt is too long: ${message}`),
      'context_window',
    ])
  })
})

describe('an error of Vertex AI’s, about Claude', () => {
  const vertex = by(readGoogle)
  const quota =
    'Quota exceeded for aiplatform.googleapis.com/online_prediction_requests_per_base_model with base model: anthropic-claude-opus-4.'

  it('says whose quota it is, in a list or not: https://github.com/anthropics/claude-code/issues/1440', () => {
    const said = { error: { code: 429, message: quota, status: 'RESOURCE_EXHAUSTED' } }
    const told = [error('rate_limit_error', quota), 'rate_limited']
    expect(vertex(429, said)).toEqual(told)
    expect(vertex(429, [said])).toEqual(told)
  })

  it('that is Claude’s own stays as it came', () => {
    const said = error(
      'invalid_request_error',
      'prompt is too long: 210000 tokens > 200000 maximum',
      'req_vrtx_1',
    )
    expect(vertex(400, said)).toEqual([said, 'context_window'])
  })

  it('that nobody can read says its status', () => {
    expect(vertex(502, '<html>Bad gateway</html>')).toEqual([
      error('api_error', 'The provider answered with 502.'),
      'server',
    ])
  })

  it('that came compressed stays as it came', () => {
    const body = Buffer.from([31, 139])
    const headers = { 'content-encoding': 'gzip' }
    expect(anthropicError(readGoogle)({ status: 429, headers, body })).toBe(body)
  })
})
