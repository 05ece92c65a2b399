import { describe, expect, it } from 'vitest'
import { fold } from '../../neutral/fold.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { readEvents, streamedEvent } from '../../streamed-event.ts'
import { readAnswer } from './answer-reader.ts'
import { streamDecoder } from './stream-decoder.ts'
import { streamEncoder } from './stream-encoder.ts'

const decode = (...chunks: unknown[]) => {
  const decoder = streamDecoder()
  const events = chunks.flatMap((chunk) =>
    decoder.push(streamedEvent(typeof chunk === 'string' ? chunk : JSON.stringify(chunk))),
  )
  return [...events, ...decoder.end()]
}
const head = { responseId: 'r1', modelVersion: 'gemini-3-flash' }
const saying = (parts: object[], more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts }, ...more }],
  ...head,
})
const STOP = saying([{ text: '' }], { finishReason: 'STOP' })

describe('a stream of Gemini', () => {
  it('is told in order: pieces of a text are one part, calls and pictures come whole', () => {
    const events = decode(
      saying([{ text: 'Hm', thought: true }]),
      saying([{ text: '.', thought: true }, { text: 'Let' }]),
      saying([{ text: ' me.' }, { functionCall: { name: 'a', args: { x: 1 } }, thoughtSignature: 'Yw==' }]),
      saying([{ inlineData: { mimeType: 'image/png', data: 'AA==' } }]),
      {
        ...STOP,
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
      },
    )
    const at = (part: number) => ({ choice: 0, part })
    expect(events).toEqual([
      { type: 'start', id: 'r1', model: 'gemini-3-flash', createdAtSec: 0 },
      { type: 'open', ...at(0), of: { type: 'reasoning' } },
      { type: 'delta', ...at(0), text: 'Hm' },
      { type: 'delta', ...at(0), text: '.' },
      { type: 'close', ...at(0) },
      { type: 'open', ...at(1), of: { type: 'text' } },
      { type: 'delta', ...at(1), text: 'Let' },
      { type: 'delta', ...at(1), text: ' me.' },
      { type: 'close', ...at(1) },
      { type: 'open', ...at(2), of: { type: 'tool_call', id: 'call_r1_1', name: 'a' } },
      { type: 'delta', ...at(2), text: '{"x":1}' },
      { type: 'seal', ...at(2), seal: { from: 'generate', value: 'Yw==' } },
      { type: 'close', ...at(2) },
      {
        type: 'open',
        ...at(3),
        of: { type: 'image', source: { from: 'data', mediaType: 'image/png', base64: 'AA==' } },
      },
      { type: 'close', ...at(3) },
      { type: 'finish', choice: 0, finish: { reason: 'tool_calls' } },
      { type: 'usage', usage: { input: 1, output: 2 } },
      { type: 'end' },
    ])
  })

  it('tells calls without ids apart, in one answer and from those of others', () => {
    const ids = (responseId: string) =>
      decode({
        candidates: [0, 1].map((index) => ({
          content: { parts: [{ functionCall: { name: 'a' } }, { functionCall: { name: 'a' } }] },
          index,
          finishReason: 'STOP',
        })),
        responseId,
      }).flatMap((event) => (event.type === 'open' && event.of.type === 'tool_call' ? [event.of.id] : []))
    expect(ids('r1')).toEqual(['call_r1_1', 'call_r1_2', 'call_r1_1_1', 'call_r1_1_2'])
    expect(new Set([...ids('r1'), ...ids('r2')]).size).toBe(8)
  })

  it('seals the thought that a signature comes with, and what it follows', () => {
    const { answer } = fold(
      decode(
        saying([{ text: 'Hm.', thought: true }]),
        saying([{ text: '', thought: true, thoughtSignature: 'dA==' }]),
        saying([{ text: 'Yes.' }]),
        saying([{ text: '', thoughtSignature: 'cA==' }], { finishReason: 'STOP' }),
      ),
    )
    expect(answer.choices[0]).toEqual({
      parts: [
        { type: 'reasoning', text: 'Hm.', seal: { from: 'generate', value: 'dA==' } },
        { type: 'text', text: 'Yes.' },
        { type: 'reasoning', text: '', seal: { from: 'generate', value: 'cA==', kind: 'part' } },
      ],
      finish: { reason: 'stop' },
    })
  })

  it.each([
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['PROHIBITED_CONTENT', 'content_filter'],
    ['CONTINUATION', 'pause'],
    ['MALFORMED_FUNCTION_CALL', 'error'],
    ['SOMETHING_NEW', 'error'],
  ])('ends for a reason: %s', (finishReason, reason) => {
    expect(decode(saying([{ text: 'x' }], { finishReason }))).toContainEqual({
      type: 'finish',
      choice: 0,
      finish: { reason },
    })
  })

  it('tells a request that was withheld', () => {
    const events = decode({
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 4 },
      ...head,
    })
    expect(events.slice(1)).toEqual([
      { type: 'finish', choice: 0, finish: { reason: 'content_filter' } },
      { type: 'usage', usage: { input: 4, output: 0 } },
      { type: 'end' },
    ])
  })

  it('tells an error inside it, and nothing behind that', () => {
    const error = { error: { code: 503, status: 'UNAVAILABLE', message: 'Busy' } }
    expect(decode(saying([{ text: 'x' }]), error, STOP).slice(-2)).toEqual([
      { type: 'error', error: { status: 503, kind: 'overloaded', message: 'Busy', code: 'UNAVAILABLE' } },
      { type: 'end' },
    ])
  })

  it.each([
    ['nothing came', []],
    ['it breaks off', [saying([{ text: 'x' }])]],
    [
      'one of two candidates breaks off',
      [STOP, { candidates: [{ index: 1, content: { parts: [{ text: 'x' }] } }] }],
    ],
    ['a chunk cannot be read', [saying([{ text: 5 }])]],
  ])('is an error where %s', (_, chunks) => {
    expect(decode(...chunks).slice(-2)).toMatchObject([
      { type: 'error', error: { status: 502, kind: 'server' } },
      { type: 'end' },
    ])
  })

  it('passes over what is no chunk', () => {
    expect(decode('', 'null', 'not json', STOP).map(({ type }) => type)).toEqual(['start', 'finish', 'end'])
  })

  it('cites by the words that are quoted, wherever bytes count them', () => {
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
      groundingSupports: [
        { segment: { startIndex: 7, endIndex: 11, text: 'Gott' }, groundingChunkIndices: [0, 7] },
        { segment: { startIndex: 0, endIndex: 4, text: 'other' }, groundingChunkIndices: [0] },
      ],
    }
    const { answer } = fold(
      decode(
        saying([{ text: 'Hm.', thought: true }, { text: 'Grüß ' }]),
        saying([{ text: 'Gott' }], { finishReason: 'STOP', groundingMetadata }),
      ),
    )
    const cited = answer.choices[0].parts.flatMap((part) =>
      part.type === 'text' ? (part.citations ?? []) : [],
    )
    expect(cited).toEqual([{ url: 'https://a.example', title: 'A', quote: 'Gott', start: 5, end: 9 }])
  })
})

describe('readAnswer', () => {
  it('refuses what is no answer', () => {
    expect(() => readAnswer({ models: [] })).toThrow(SyntaxError)
    expect(() => readAnswer({ candidates: [{ content: { parts: [{ text: 5 }] } }] })).toThrow(SyntaxError)
  })

  it('says when it was made, where that is told', () => {
    expect(readAnswer({ ...STOP, createTime: '2026-11-01T00:00:00.5Z' }).createdAtSec).toBe(1_793_491_200)
    expect(readAnswer(STOP).createdAtSec).toBe(0)
  })
})

describe('a stream for a client of Gemini', () => {
  const encode = (...events: StreamEvent[]) => {
    const encoder = streamEncoder({ model: 'gpt-5', requestId: 'req_1' })
    return events.flatMap((event) => readEvents(Buffer.from(encoder.push(event))).map(({ json }) => json!))
  }
  const start: StreamEvent = { type: 'start', id: 'chatcmpl-1', model: 'gpt-5-2', createdAtSec: 1 }
  const at = (part: number) => ({ choice: 0, part })
  const chunk = { modelVersion: 'gpt-5', responseId: 'chatcmpl-1' }

  it('shows text at once, and says a call when it is whole', () => {
    expect(
      encode(
        start,
        { type: 'open', ...at(0), of: { type: 'text' } },
        { type: 'delta', ...at(0), text: 'Hi' },
        { type: 'open', ...at(1), of: { type: 'tool_call', id: 'c1', name: 'a' } },
        { type: 'delta', ...at(1), text: '{"x"' },
        { type: 'close', ...at(0) },
        { type: 'delta', ...at(1), text: ':1}' },
        { type: 'close', ...at(1) },
        { type: 'finish', choice: 0, finish: { reason: 'tool_calls' } },
        { type: 'usage', usage: { input: 1, output: 2 } },
        { type: 'end' },
      ),
    ).toEqual([
      { candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, index: 0 }], ...chunk },
      {
        candidates: [
          {
            content: { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'a', args: { x: 1 } } }] },
            index: 0,
          },
        ],
        ...chunk,
      },
      {
        candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, index: 0, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
        ...chunk,
      },
    ])
  })

  it('ends with an error as SDKs raise it, and nothing else', () => {
    const error = { status: 529, kind: 'overloaded' as const, message: 'Busy' }
    const chunks = encode(start, { type: 'error', error }, { type: 'end' })
    expect(chunks).toMatchObject([{ error: { code: 503, status: 'UNAVAILABLE', message: 'Busy' } }])
  })
})
