import { expect, it } from 'vitest'
import { addressed, baseUrlOf } from './address.ts'

it.each([
  ['https://api.openai.com/v1', '/v1/chat/completions', '/v1/chat/completions'],
  ['https://api.openai.com/v1/', '/v1/chat/completions', '/v1/chat/completions'],
  ['https://api.anthropic.com', '/v1/messages', '/v1/messages'],
  ['https://proxy.internal/openai/', '/v1/models', '/openai/v1/models'],
])('%s takes %s at %s, without a version twice', (baseUrl, path, expected) => {
  expect(addressed(baseUrlOf(baseUrl), path)).toBe(expected)
})
