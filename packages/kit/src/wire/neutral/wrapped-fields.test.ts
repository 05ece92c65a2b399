import { describe, expect, it } from 'vitest'
import { mayHoldWrapped, withoutWrapped } from './wrapped-fields.ts'
import { wrapSeal } from './wrapped-seal.ts'

const strange = wrapSeal({ from: 'generate', value: 'AbC', by: 'vertex' })
const inBytes = Buffer.from(strange).toString('base64')
const text = { type: 'text', text: 'A toll is paid.' }

describe('a history in which another dialect’s provider has thought', () => {
  it('goes to Anthropic without those thoughts, and with its own', () => {
    const own = { type: 'thinking', thinking: 'Hm.', signature: 'EqQBCkYIBxgC' }
    const messages = [
      { role: 'user', content: 'What is a toll?' },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'So.', signature: strange }, own, text] },
    ]
    expect(withoutWrapped({ model: 'm', messages })).toEqual({
      messages: [messages[0], { role: 'assistant', content: [own, text] }],
    })
  })

  it('goes to a provider of Chat Completions without them, and calls lose their signatures alone', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }
    const message = {
      role: 'assistant',
      content: null,
      reasoning_content: 'So.',
      reasoning_details: [{ type: 'reasoning.text', text: 'So.', signature: strange }],
      tool_calls: [{ ...call, extra_content: { google: { thought_signature: strange } } }],
    }
    expect(withoutWrapped({ messages: [message] })).toEqual({
      messages: [
        { role: 'assistant', content: null, tool_calls: [{ ...call, extra_content: { google: {} } }] },
      ],
    })
  })

  it('goes to OpenAI’s Responses without items that are another’s', () => {
    const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: strange }
    const said = { type: 'message', role: 'user', content: 'And then?' }
    expect(withoutWrapped({ input: [item, said] })).toEqual({ input: [said] })
  })

  it('goes to Gemini without thoughts whose signature is none of Google’s', () => {
    const parts = [
      { text: 'So.', thought: true, thoughtSignature: inBytes },
      { functionCall: { name: 'f', args: {} }, thoughtSignature: inBytes },
    ]
    expect(withoutWrapped({ contents: [{ role: 'model', parts }] })).toEqual({
      contents: [{ role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] }],
    })
  })

  it('is otherwise left as it came', () => {
    const body = { messages: [{ role: 'user', content: `Is ${strange} a seal?` }], tools: [{ name: 'f' }] }
    expect(withoutWrapped(body)).toEqual({})
    expect(mayHoldWrapped(JSON.stringify(body))).toBe(true)
    expect(mayHoldWrapped(JSON.stringify({ messages: [text] }))).toBe(false)
    expect(mayHoldWrapped(JSON.stringify({ thoughtSignature: inBytes }))).toBe(true)
  })
})
