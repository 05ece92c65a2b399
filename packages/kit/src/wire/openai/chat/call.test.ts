import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { readCall } from './call.ts'

const read = (body: JsonObject) =>
  readCall(
    { model: 'gpt-5.6', messages: [{ role: 'user', content: 'Hi.' }], ...body },
    { bytes: 99, path: '/v1/chat/completions', query: '' },
  )
const said = (...content: readonly JsonObject[]) => ({ messages: [{ role: 'user', content }] })

describe('a call of Chat Completions', () => {
  it.each([
    [said({ type: 'text', text: 'Hi.' })],
    [said({ type: 'text', text: 'Hi.', cache_control: { type: 'ephemeral' } })],
    [said({ type: 'text', text: 'Hi.', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } })],
    [said({ type: 'refusal', refusal: 'No.' })],
  ])('is bounded by its bytes: %j', (body) => {
    expect(read(body)).toMatchObject({ inputBytes: 99, unboundedInput: false })
  })

  it.each([
    [said({ type: 'image_url', image_url: { url: 'https://a.example/x.png' } })],
    [said({ type: 'text', text: 'Hi.', image_url: { url: 'https://a.example/x.png' } })],
    [{ messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }],
  ])('reads more than it is long: %j', (body) => {
    expect(read(body).unboundedInput).toBe(true)
  })

  it.each([
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }],
    [{ functions: [{ name: 'f' }] }],
    [{ response_format: { type: 'json_object' } }],
  ])('suffers when it is cut: %j', (body) => {
    expect(read(body).structured).toBe(true)
  })

  it('takes one cap, not two', () => {
    expect(read({ max_tokens: 5, max_completion_tokens: null }).maxOutputTokens).toBe(5)
    expect(() => read({ max_tokens: 5, max_completion_tokens: 5 })).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'max_tokens' }),
    )
  })
})
