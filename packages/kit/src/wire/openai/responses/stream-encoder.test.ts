import { describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../../json.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { readEvents } from '../../streamed-event.ts'
import { streamEncoder } from './stream-encoder.ts'

const START: StreamEvent = { type: 'start', id: 'msg_1', model: 'm', createdAtSec: 1_795_000_000 }

function encode(...events: readonly StreamEvent[]): JsonObject[] {
  const encoder = streamEncoder({
    model: 'fast',
    wantsUsage: true,
    request: { store: false, instructions: 'Be brief.', tools: [{ type: 'function', name: 'f' }] },
    requestId: 'req_1',
  })
  const text = events.map((event) => encoder.push(event)).join('')
  return readEvents(Buffer.from(text)).map(({ json }) => json!)
}

const last = (events: readonly JsonObject[]) => events.at(-1)!.response as JsonObject

const open = (part: number, type: 'text' | 'refusal' | 'reasoning'): StreamEvent => ({
  type: 'open',
  choice: 0,
  part,
  of: { type },
})
const call = (part: number, id: string): StreamEvent => ({
  type: 'open',
  choice: 0,
  part,
  of: { type: 'tool_call', id, name: 'f' },
})
const delta = (part: number, text: string): StreamEvent => ({ type: 'delta', choice: 0, part, text })
const close = (part: number): StreamEvent => ({ type: 'close', choice: 0, part })
const finish: StreamEvent = { type: 'finish', choice: 0, finish: { reason: 'stop' } }
const end: StreamEvent = { type: 'end' }

describe('the events of a response', () => {
  it('are these, in this order', () => {
    const events = encode(START, open(0, 'text'), delta(0, 'Hi'), close(0), finish, end)
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
    expect(events[0]!.response).toMatchObject({
      id: 'resp_msg_1',
      model: 'fast',
      status: 'in_progress',
      instructions: 'Be brief.',
      tools: [{ type: 'function', name: 'f' }],
      output: [],
    })
  })

  it('give calls that come in turns a place each', () => {
    const events = encode(
      START,
      call(0, 'a'),
      call(1, 'b'),
      delta(1, '{"b"'),
      delta(0, '{"a"'),
      delta(1, ':1}'),
      delta(0, ':1}'),
      close(0),
      close(1),
      finish,
      end,
    )
    expect(last(events).output).toMatchObject([
      { type: 'function_call', call_id: 'a', arguments: '{"a":1}', status: 'completed' },
      { type: 'function_call', call_id: 'b', arguments: '{"b":1}', status: 'completed' },
    ])
    const deltas = events.filter(({ type }) => type === 'response.function_call_arguments.delta')
    expect(deltas.map((event) => event.output_index)).toEqual([1, 0, 1, 0])
  })

  it('end a text where a call begins, though nobody has closed it', () => {
    const output = last(encode(START, open(0, 'text'), delta(0, 'Hi'), call(1, 'a'), finish, end)).output
    expect(output).toMatchObject([
      { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
      { type: 'function_call', call_id: 'a' },
    ])
  })

  it('fail with the error, and what had come', () => {
    const events = encode(
      START,
      open(0, 'text'),
      delta(0, 'Hi'),
      { type: 'error', error: { status: 529, kind: 'overloaded', message: 'Overloaded.' } },
      end,
    )
    expect(events.find(({ type }) => type === 'error')).toMatchObject({
      code: 'server_is_overloaded',
      message: 'Overloaded.',
      param: null,
    })
    expect(events.at(-1)!.type).toBe('response.failed')
    expect(last(events)).toMatchObject({
      status: 'failed',
      error: { code: 'server_is_overloaded', message: 'Overloaded.' },
      output: [{ content: [{ text: 'Hi' }] }],
    })
  })

  it('fail before anything has come', () => {
    const events = encode({ type: 'error', error: { status: 500, kind: 'server', message: 'Oh.' } }, end)
    expect(events.map(({ type }) => type)).toEqual(['error', 'response.failed'])
  })

  it.each([
    ['length', 'incomplete', 'max_output_tokens'],
    ['content_filter', 'incomplete', 'content_filter'],
    ['refusal', 'incomplete', 'content_filter'],
    ['pause', 'completed', undefined],
  ] as const)('say that the answer ended by %s', (reason, status, detail) => {
    const response = last(encode(START, { type: 'finish', choice: 0, finish: { reason } }, end))
    expect(response.status).toBe(status)
    const { incomplete_details: details } = response
    expect(isObject(details) ? details.reason : undefined).toBe(detail)
  })

  it('tell one answer, whatever came', () => {
    const other: StreamEvent = { type: 'open', choice: 1, part: 0, of: { type: 'text' } }
    const response = last(encode(START, open(0, 'text'), delta(0, 'Hi'), other, close(0), finish, end))
    expect(response.output).toHaveLength(1)
  })
})
