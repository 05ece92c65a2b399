import { describe, expect, it } from 'vitest'
import { messages } from './anthropic/messages/messages.ts'
import { chat } from './openai/chat/chat.ts'
import { type AskedWhen, translatorFor } from './translate-answer.ts'
import type { TranslatingFormat } from './translate-call.ts'

const from = chat as TranslatingFormat
const serving = (messages as TranslatingFormat).translation

const asked = (stream: boolean): AskedWhen => ({
  stream,
  model: 'any',
  wantsUsage: true,
  request: {},
  requestId: 'req_1',
  nowMs: 1_795_000_000_000,
})

const events = [
  [
    'message_start',
    { message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 5, output_tokens: 1 } } },
  ],
  ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Where the ' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'toll is' } }],
  ['content_block_stop', { index: 0 }],
  ['message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } }],
  ['message_stop', {}],
] as const
const stream = Buffer.from(
  events.map(([type, said]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...said })}\n\n`).join(''),
)

function translate(comesAs: 'events' | 'json', pieces: readonly Buffer[], streamed = false): string {
  const translator = translatorFor({ from, serving, sealer: undefined }, asked(streamed), comesAs)
  const out = [...pieces.map((piece) => translator.push(piece)), translator.end()]
  return Buffer.concat(out.filter((bytes) => bytes !== undefined)).toString()
}

describe('a client that asked for a whole answer, and whose provider streams', () => {
  it('gets it whole, wherever its bytes were cut', () => {
    const whole = JSON.parse(translate('events', [stream]))
    expect(whole).toMatchObject({
      object: 'chat.completion',
      created: 1_795_000_000,
      choices: [{ message: { content: 'Where the toll is' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 4 },
    })
    for (let cut = 1; cut < stream.length; cut += 1) {
      expect(JSON.parse(translate('events', [stream.subarray(0, cut), stream.subarray(cut)]))).toEqual(whole)
    }
  })

  it('gets none that ended with an error', () => {
    const error = Buffer.from(
      `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })}\n\n`,
    )
    expect(() => translate('events', [stream.subarray(0, 200), error])).toThrow(/ended with an error/)
  })
})

describe('an answer that is kept until it is whole', () => {
  it('is not kept without an end', () => {
    const translator = translatorFor({ from, serving, sealer: undefined }, asked(false), 'json')
    const megabyte = Buffer.alloc(2 ** 20, ' ')
    expect(() => {
      for (let pushed = 0; pushed <= 32; pushed += 1) translator.push(megabyte)
    }).toThrow(RangeError)
  })

  it('is a stream to a client that asked for one', () => {
    const answer = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: [{ type: 'text', text: 'here' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 4 },
    }
    const sse = translate('json', [Buffer.from(JSON.stringify(answer))], true)
    expect(sse).toContain('"content":"here"')
    expect(sse.endsWith('data: [DONE]\n\n')).toBe(true)
  })
})
