import { describe, expect, it } from 'vitest'
import { eventReading } from '../../toll/reading.ts'
import { formatOf } from '../../wire/formats.ts'
import type { TranslatedCall } from '../../wire/translate-call.ts'
import { translationOf } from './translation.ts'

const sse = (...events: readonly object[]) =>
  events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join('')

const gemini = (text: string, more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...more }],
  usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 5, thoughtsTokenCount: 2, totalTokenCount: 14 },
  modelVersion: 'gemini-3-flash',
  responseId: 'r1',
})
const chat = (delta: object, finish_reason: string | null = null) => ({
  id: 'chatcmpl-1',
  created: 1,
  model: 'gpt-5',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason }],
})

const RECORDED = {
  generate: sse(gemini('Où '), gemini('est 海'), gemini('?', { finishReason: 'STOP' })),
  messages: sse(
    {
      type: 'message_start',
      message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 7, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Où est 海?' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
    { type: 'message_stop' },
  ),
  chat: `${sse(chat({ role: 'assistant', content: '' }), chat({ content: 'Où est 海?' }), chat({}, 'stop'), {
    ...chat({}),
    choices: [],
    usage: { prompt_tokens: 7, completion_tokens: 7, total_tokens: 14 },
  })}data: [DONE]\n\n`,
} as const
type Recorded = keyof typeof RECORDED

/** What the client sees of a stream that comes in these pieces, and what its cost is read from. */
function translated(from: Recorded, to: Recorded, pieces: readonly Buffer[]) {
  const [client, provider] = [formatOf(from)!, formatOf(to)!]
  const call = { from: client, to: provider, serving: provider.translation } as unknown as TranslatedCall
  const asked = { model: 'm', stream: true, wantsUsage: true, request: {}, requestId: 'req_1', nowMs: 0 }
  const { push, end, reading } = translationOf(call, asked, 200, { 'content-type': 'text/event-stream' })
  const seen = [...pieces.map((piece) => push(piece)), end()].filter((bytes) => bytes !== undefined)
  return { text: Buffer.concat(seen).toString(), reading: reading! }
}

const PAIRS = [
  ['chat', 'generate'],
  ['chat', 'messages'],
  ['messages', 'chat'],
  ['generate', 'messages'],
] as const

describe.each(PAIRS)('a client of %s and a provider of %s', (from, to) => {
  const bytes = Buffer.from(RECORDED[to])

  it('get the same, and pay the same, wherever the stream is cut', () => {
    const whole = translated(from, to, [bytes])
    expect(whole.text).toContain('海')
    expect(whole.reading.usage).toMatchObject({ input: 7, output: 7 })
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const { text, reading } = translated(from, to, [bytes.subarray(0, cut), bytes.subarray(cut)])
      expect(text).toBe(whole.text)
      expect(reading.usage).toEqual(whole.reading.usage)
      expect(reading.complete).toBe(true)
    }
  })

  it('read of the cost what is read of a stream that passes, however much of it comes', () => {
    for (let cut = 1; cut <= bytes.length; cut += 1) {
      const came = bytes.subarray(0, cut)
      const { reading } = translated(from, to, [came])
      const passing = eventReading(formatOf(to)!, false)
      passing.push(came)
      passing.end()
      for (const fact of ['usage', 'model', 'complete', 'overtaken'] as const)
        expect([cut, fact, reading[fact]]).toEqual([cut, fact, passing[fact]])
      expect(reading.takeGenerated()).toEqual(passing.takeGenerated())
    }
  })
})
