import { describe, expect, it } from 'vitest'
import { formatAt } from '../wire/formats.ts'
import { parseCall } from '../wire/receive.ts'
import { sentTextOf } from './sent-text.ts'

const textOf = (path: string, body: object | string) => {
  const json = typeof body === 'string' ? body : JSON.stringify(body)
  return sentTextOf(parseCall(Buffer.from(json), path, formatAt(path))!)
}

const MESSAGES = '/v1/messages'
const LONG = 'Hi'.repeat(5_000)
const messages = {
  model: 'claude-opus-4-6',
  max_tokens: 100,
  system: 'Be brief.',
  messages: [{ role: 'user', content: LONG }],
}

describe('the text of a call', () => {
  it('is its conversation, and what stands beside it; the rest decides how it is read', () => {
    expect(textOf(MESSAGES, { ...messages, thinking: { type: 'adaptive' } })).toEqual({
      context: '["messages",[["thinking","{\\"type\\":\\"adaptive\\"}"]]]',
      fields: { system: '"Be brief."' },
      growing: `[{"role":"user","content":"${LONG}"}]`,
    })
  })

  it('is the same, whatever the cap, and however its fields are ordered', () => {
    const { model, ...rest } = messages
    expect(textOf(MESSAGES, { ...rest, model, max_tokens: 7, metadata: { user_id: 'ada' } })).toEqual(
      textOf(MESSAGES, messages),
    )
  })

  it.each([
    [
      '/v1/chat/completions',
      { messages: [{ role: 'user', content: LONG }] },
      `[{"role":"user","content":"${LONG}"}]`,
    ],
    ['/v1/responses', { input: LONG, instructions: 'Be brief.' }, `"${LONG}"`],
  ])('%s', (path, body, growing) => {
    expect(textOf(path, { model: 'gpt-5', ...body })?.growing).toBe(growing)
  })
})

describe('is not compared', () => {
  const picture = { type: 'image', source: { type: 'url', url: 'https://a.b/c.png' } }

  it.each([
    [
      'where not all of it is text',
      { ...messages, messages: [...messages.messages, { role: 'user', content: [picture] }] },
    ],
    ['where it is short', { ...messages, messages: [{ role: 'user', content: 'Hi' }] }],
    ['where some of it may be left out', { ...messages, context_management: { edits: [] } }],
    ['where a field is given twice', `{"novel":1,"novel":2,${JSON.stringify(messages).slice(1)}`],
  ])('%s', (_, body) => {
    expect(textOf(MESSAGES, body)).toBeUndefined()
  })

  it('where there is no conversation', () => {
    expect(textOf('/v1/embeddings', { model: 'text-embedding-3-small', input: LONG })).toBeUndefined()
  })
})
