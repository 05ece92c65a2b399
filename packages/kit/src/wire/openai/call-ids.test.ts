import { describe, expect, it } from 'vitest'
import type { Conversation } from '../neutral/conversation.ts'
import { callIdFor } from './call-ids.ts'
import { chat } from './chat/chat.ts'
import { responses } from './responses/responses.ts'

describe('the id of a tool call', () => {
  it('stays as it is while it is short enough', () => {
    expect(callIdFor('toolu_01A09q90qw90lq917835lq9')).toBe('toolu_01A09q90qw90lq917835lq9')
    expect(callIdFor('x'.repeat(40))).toBe('x'.repeat(40))
  })

  it('is another one where it is too long, and the same one each time', () => {
    const [one, other] = [`${'x'.repeat(80)}1`, `${'x'.repeat(80)}2`]
    expect(callIdFor(one)).toHaveLength(40)
    expect(callIdFor(one)).toBe(callIdFor(one))
    expect(callIdFor(one)).not.toBe(callIdFor(other))
  })

  it('is one id for a call and its result', () => {
    const id = 'x'.repeat(80)
    const conversation: Conversation = {
      model: 'gpt-5.6',
      stream: false,
      sampling: {},
      foreign: [],
      turns: [
        { role: 'user', parts: [{ type: 'text', text: 'Hi.' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id, name: 'f', arguments: '{}' }] },
        { role: 'tool', parts: [{ type: 'tool_result', callId: id, parts: [] }] },
      ],
    }
    for (const { translation } of [chat, responses]) {
      const text = JSON.stringify(translation!.writeRequest(conversation, { maxOutputTokens: 100 }).body)
      expect(text.split(callIdFor(id))).toHaveLength(3)
      expect(text).not.toContain(id)
    }
  })
})
