import { expect, it } from 'vitest'
import { mayWriteLong } from './demand.ts'

it.each([
  '{"cache_control":{"type":"ephemeral","ttl":"1h"}}',
  '{"prompt_cache_options":{"ttl":"12h"}}',
  '{"prompt_cache_retention":"24h"}',
  // The same name, spelt so that it is not seen.
  '{"cache_control":{"\\u0074tl":"1h"}}',
])('%s may ask for a cache to be kept long', (text) => {
  expect(mayWriteLong(text)).toBe(true)
})

it('a request that names no such field does not', () => {
  expect(mayWriteLong('{"cache_control":{"type":"ephemeral"},"messages":[{"content":"a\\nb"}]}')).toBe(false)
})
