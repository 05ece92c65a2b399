import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../../../core/errors.ts'
import { countTokens } from '../count-tokens.ts'
import { messages } from './messages.ts'

const HELLO = { model: 'claude-opus-5-5', max_tokens: 4_096, messages: [{ role: 'user', content: 'Hi' }] }
const target = { bytes: 90, path: '/v1/messages', query: '' }

describe('the endpoint', () => {
  it('lies below a base URL without a version', () => {
    expect(messages.path({ model: 'm', stream: true })).toBe('/v1/messages')
    expect(countTokens.path({ model: 'm', stream: false })).toBe('/v1/messages/count_tokens')
  })

  it('changes the model and the cap, and nothing else', () => {
    const call = messages.read(HELLO, target)
    expect(messages.edits(call, HELLO, {})).toEqual({})
    expect(messages.edits(call, HELLO, { model: 'claude-haiku-5-5', maxOutputTokens: 100 })).toEqual({
      model: 'claude-haiku-5-5',
      max_tokens: 100,
    })
  })

  it('never puts a cap at or under what is to be thought', () => {
    const body = { ...HELLO, thinking: { type: 'enabled', budget_tokens: 2_000 } }
    const call = messages.read(body, target)
    expect(messages.edits(call, body, { maxOutputTokens: 2_001 })).toEqual({ max_tokens: 2_001 })
    try {
      messages.edits(call, body, { maxOutputTokens: 2_000 })
      expect.unreachable()
    } catch (error) {
      expect(TollgateError.is(error) && [error.code, error.param]).toEqual(['budget_exceeded', 'thinking'])
    }
  })

  it('counts the texts of a request, and not its pictures', () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo' }
    const written = { type: 'text', media_type: 'text/plain', data: 'A text.' }
    const content = [
      { type: 'text', text: 'Look' },
      { type: 'image', source },
      { type: 'document', source: written },
      { type: 'thinking', thinking: 'Hm', signature: 'EqQB' },
    ]
    const body = {
      ...HELLO,
      system: 'Be brief.',
      tools: [{ name: 'f' }],
      messages: [{ role: 'user', content }],
    }
    expect(messages.inputTexts(body)).toEqual([
      '[{"name":"f"}]',
      'Be brief.',
      'user',
      'Look',
      'text/plain',
      'A text.',
      'Hm',
    ])
  })

  it('breaks a stream off so that the SDK raises it', async () => {
    const begun = `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message: { content: [], usage: {} } })}\n\n`
    const error = { type: 'error', error: { type: 'api_error', message: 'Tollgate: cut.' }, request_id: 'r' }
    const bytes = Buffer.concat([Buffer.from(begun), messages.streamError(error)])
    const fetch = async () =>
      new Response(new Uint8Array(bytes), { headers: { 'content-type': 'text/event-stream' } })
    const client = new Anthropic({ apiKey: 'k', fetch, maxRetries: 0 })
    const stream = client.messages.stream({ ...HELLO, messages: [{ role: 'user', content: 'Hi' }] })
    await expect(stream.finalMessage()).rejects.toMatchObject({
      type: 'api_error',
      apiMessage: 'Tollgate: cut.',
    })
  })
})

describe('counting tokens', () => {
  it('generates nothing, and is answered for nothing', () => {
    expect(countTokens.read({ ...HELLO, max_tokens: undefined }, target)).toMatchObject({
      endpoint: 'count_tokens',
      maxOutputTokens: 0,
      inputBytes: 0,
      unpriced: [],
    })
    const reader = countTokens.answerReader()
    reader.push(Buffer.from('{"input_tokens":2095}'))
    expect(reader.end()).toEqual({ usage: { input: 0, output: 0 } })
  })

  it('needs a model and messages', () => {
    for (const body of [{ model: 'm' }, { messages: HELLO.messages }])
      expect(() => countTokens.read(body, target)).toThrow(TollgateError)
  })
})
