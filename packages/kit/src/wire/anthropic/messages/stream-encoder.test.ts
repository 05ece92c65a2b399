import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asked } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { readEvents } from '../../streamed-event.ts'
import { streamEncoder } from './stream-encoder.ts'

const ASKED: Asked = { model: 'fast', wantsUsage: true, request: {}, requestId: 'req_1' }

function encode(...events: StreamEvent[]): Buffer {
  const encoder = streamEncoder(ASKED)
  return Buffer.from(events.map((event) => encoder.push(event)).join(''))
}

/** Events by their data; each has the name of its type. */
function eventsIn(bytes: Buffer): JsonObject[] {
  return readEvents(bytes).map(({ name, json }) => {
    expect(name).toBe(json!.type)
    return json!
  })
}

const START: StreamEvent = { type: 'start', id: 'chatcmpl-1', model: 'gpt-4o', createdAtSec: 1 }
const call = (part: number, id: string): StreamEvent => ({
  type: 'open',
  choice: 0,
  part,
  of: { type: 'tool_call', id, name: 'f' },
})
const delta = (part: number, text: string): StreamEvent => ({ type: 'delta', choice: 0, part, text })
const close = (part: number): StreamEvent => ({ type: 'close', choice: 0, part })
const DONE: StreamEvent[] = [
  { type: 'finish', choice: 0, finish: { reason: 'tool_calls' } },
  { type: 'usage', usage: { input: 5, output: 7, cachedInput: 3 } },
  { type: 'end' },
]

describe('a stream for a client of Anthropic’s', () => {
  it('writes one block at a time, whatever comes at the same time', () => {
    const events = eventsIn(
      encode(
        START,
        call(0, 'a'),
        call(1, 'b'),
        delta(0, '{"x"'),
        delta(1, '{"y"'),
        delta(0, ':1}'),
        close(1),
        close(0),
        ...DONE,
      ),
    )
    const blocks = events.slice(1, -2).map(({ type, index, delta }) => [type, index, partial(delta)])
    expect(blocks).toEqual([
      ['content_block_start', 0, undefined],
      ['content_block_delta', 0, '{"x"'],
      ['content_block_delta', 0, ':1}'],
      ['content_block_stop', 0, undefined],
      ['content_block_start', 1, undefined],
      ['content_block_delta', 1, '{"y"'],
      ['content_block_stop', 1, undefined],
    ])
  })

  const partial = (of: unknown) => (of as { partial_json?: string } | undefined)?.partial_json

  it('lets the client see each delta at once', () => {
    const encoder = streamEncoder(ASKED)
    encoder.push(START)
    encoder.push({ type: 'open', choice: 0, part: 0, of: { type: 'text' } })
    expect(eventsIn(Buffer.from(encoder.push(delta(0, 'Hel')))).at(-1)).toEqual({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'Hel' },
    })
  })

  it('says why it ended and what it took, and then that it has', () => {
    expect(eventsIn(encode(START, ...DONE)).slice(-2)).toMatchObject([
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null, stop_details: null, container: null },
        usage: { input_tokens: 5, output_tokens: 7, cache_read_input_tokens: 3 },
      },
      { type: 'message_stop' },
    ])
  })

  it('has one choice, and is silent about others', () => {
    const other: StreamEvent = { type: 'open', choice: 1, part: 0, of: { type: 'text' } }
    expect(encode(START, other, ...DONE)).toEqual(encode(START, ...DONE))
  })

  it('tells free text for a tool in an object, in whatever pieces it comes', () => {
    const custom: StreamEvent = {
      type: 'open',
      choice: 0,
      part: 0,
      of: { type: 'tool_call', id: 'a', name: 'shell', custom: true },
    }
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (pieces) => {
        const bytes = encode(START, custom, ...pieces.map((text) => delta(0, text)), close(0), ...DONE)
        const json = eventsIn(bytes).map((event) => partial(event.delta) ?? '')
        expect(JSON.parse(json.join(''))).toEqual({ input: pieces.join('') })
      }),
    )
  })

  it('ends what was left open, and begins what was never begun', () => {
    const bytes = encode({ type: 'open', choice: 0, part: 0, of: { type: 'text' } }, { type: 'end' })
    expect(eventsIn(bytes).map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  it('raises an error in the SDK, and says nothing after it', async () => {
    const error = { status: 503, kind: 'overloaded', message: 'Busy.' } as const
    const bytes = encode(
      START,
      { type: 'open', choice: 0, part: 0, of: { type: 'text' } },
      delta(0, 'Hel'),
      { type: 'error', error },
      { type: 'end' },
    )
    expect(eventsIn(bytes).at(-1)).toEqual({
      type: 'error',
      error: { type: 'overloaded_error', message: 'Busy.' },
      request_id: 'req_1',
    })
    const fetch = async () =>
      new Response(new Uint8Array(bytes), { headers: { 'content-type': 'text/event-stream' } })
    const client = new Anthropic({ apiKey: 'k', fetch, maxRetries: 0 })
    const messages = [{ role: 'user' as const, content: 'Hi' }]
    const stream = client.messages.stream({ model: 'fast', max_tokens: 10, messages })
    await expect(stream.finalMessage()).rejects.toMatchObject({
      type: 'overloaded_error',
      apiMessage: 'Busy.',
    })
  })
})
