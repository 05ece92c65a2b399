import { describe, expect, it } from 'vitest'
import type { Asked } from '../../format.ts'
import type { Answer, FinishReason } from '../../neutral/answer.ts'
import type { Part } from '../../neutral/part.ts'
import { readAnswer } from './answer-reader.ts'
import { writeAnswer } from './answer-writer.ts'

const asked: Asked = { model: 'fast', wantsUsage: false, request: {}, requestId: 'req_1' }

const answer = (parts: readonly Part[], reason: FinishReason = 'stop'): Answer => ({
  id: 'gen-1',
  model: 'gemini-3-pro',
  createdAtSec: 1_795_000_000,
  choices: [{ parts, finish: { reason } }],
  usage: undefined,
})

interface Choice {
  readonly message: Readonly<Record<string, unknown>>
  readonly finish_reason: string
}
const write = (...said: Parameters<typeof answer>) =>
  (writeAnswer(answer(...said), asked).choices as readonly Choice[])[0]!

describe('an answer of Chat Completions that is read', () => {
  it('of Google’s gives signed calls, and no ids of some', () => {
    const read = readAnswer({
      id: 'x',
      choices: [
        {
          message: {
            role: 'assistant',
            tool_calls: [
              {
                type: 'function',
                function: { name: 'f', arguments: '{}' },
                extra_content: { google: { thought_signature: 'CqQB' } },
              },
            ],
          },
          finish_reason: 'stop',
        },
      ],
    })
    expect(read).toEqual({
      id: 'x',
      model: '',
      createdAtSec: 0,
      choices: [
        {
          parts: [
            {
              type: 'tool_call',
              id: 'call_x_0',
              name: 'f',
              arguments: '{}',
              seal: { from: 'generate', value: 'CqQB' },
            },
          ],
          finish: { reason: 'tool_calls' },
        },
      ],
      usage: undefined,
    })
  })

  it('of Mistral’s thinks among the pieces of its text', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'Four' },
    ]
    const { choices } = readAnswer({ choices: [{ message: { content }, finish_reason: 'stop' }] })
    expect(choices[0].parts).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Four' },
    ])
  })

  it('is none without choices', () => {
    expect(() => readAnswer({ error: { message: 'No.' } })).toThrow(SyntaxError)
    expect(() => readAnswer({ choices: [] })).toThrow(SyntaxError)
  })
})

describe('an answer of Chat Completions that is written', () => {
  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'tool_calls'],
    ['content_filter', 'content_filter'],
    ['refusal', 'content_filter'],
    ['pause', 'stop'],
    ['error', 'error'],
  ] as readonly [FinishReason, string][])('has its word for %s: %s', (reason, word) => {
    expect(write([{ type: 'text', text: 'Hi.' }], reason).finish_reason).toBe(word)
  })

  it('has a field of its own for a refusal in words', () => {
    expect(write([{ type: 'refusal', text: 'No.' }], 'refusal')).toMatchObject({
      message: { content: null, refusal: 'No.' },
      finish_reason: 'stop',
    })
  })

  it('signs a call as Google does, and wraps what others have signed', () => {
    const call = { type: 'tool_call', id: 'a', name: 'f', arguments: '{}' } as const
    const signatures = write([
      { ...call, seal: { from: 'generate', value: 'CqQB' } },
      { ...call, seal: { from: 'messages', value: 'EqQB' } },
    ]).message.tool_calls
    expect(signatures).toMatchObject([
      { extra_content: { google: { thought_signature: 'CqQB' } } },
      { extra_content: { google: { thought_signature: 'tollgate:messages:-::EqQB' } } },
    ])
  })

  it('shows pictures, and leaves out what only another dialect has', () => {
    expect(
      write([
        { type: 'image', source: { from: 'data', mediaType: 'image/png', base64: 'AAAA' } },
        { type: 'foreign', from: 'messages', name: 'server_tool_use', value: {} },
      ]).message,
    ).toEqual({
      role: 'assistant',
      content: '',
      refusal: null,
      images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
    })
  })
})
