import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { fold } from '../../neutral/fold.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { streamedEvent } from '../../streamed-event.ts'
import { streamDecoder } from './stream-decoder.ts'

function decode(...events: JsonObject[]): StreamEvent[] {
  const decoder = streamDecoder()
  return [...events.flatMap((event) => decoder.push(streamedEvent(JSON.stringify(event)))), ...decoder.end()]
}

const START: JsonObject = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude-opus-5-5', usage: { input_tokens: 472, output_tokens: 2 } },
}
const open = (index: number, block: JsonObject): JsonObject => ({
  type: 'content_block_start',
  index,
  content_block: block,
})
const delta = (index: number, of: JsonObject): JsonObject => ({
  type: 'content_block_delta',
  index,
  delta: of,
})
const stop = (index: number): JsonObject => ({ type: 'content_block_stop', index })
const ended = (reason: string, usage: JsonObject = { output_tokens: 89 }): JsonObject => ({
  type: 'message_delta',
  delta: { stop_reason: reason, stop_sequence: null },
  usage,
})
const STOP: JsonObject = { type: 'message_stop' }

const text = (index: number, said: string) => [
  open(index, { type: 'text', text: '' }),
  delta(index, { type: 'text_delta', text: said }),
  stop(index),
]

describe('a stream of Messages', () => {
  /** @see https://platform.claude.com/docs/en/build-with-claude/streaming#streaming-request-with-extended-thinking */
  it('is told in order: thoughts, their seal, text, calls of tools', () => {
    const events = decode(
      START,
      open(0, { type: 'thinking', thinking: '', signature: '' }),
      { type: 'ping' },
      delta(0, { type: 'thinking_delta', thinking: 'I need ' }),
      delta(0, { type: 'thinking_delta', thinking: 'a map.' }),
      delta(0, { type: 'signature_delta', signature: 'EqQBCg' }),
      stop(0),
      ...text(1, 'Okay'),
      open(2, { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '' }),
      delta(2, { type: 'input_json_delta', partial_json: '{"location": ' }),
      delta(2, { type: 'input_json_delta', partial_json: '"Zürich"}' }),
      stop(2),
      ended('tool_use', { output_tokens: 89, output_tokens_details: { thinking_tokens: 7 } }),
      STOP,
    )
    expect(events).toEqual([
      { type: 'start', id: 'msg_1', model: 'claude-opus-5-5', createdAtSec: 0 },
      { type: 'open', choice: 0, part: 0, of: { type: 'reasoning' } },
      { type: 'delta', choice: 0, part: 0, text: 'I need ' },
      { type: 'delta', choice: 0, part: 0, text: 'a map.' },
      { type: 'seal', choice: 0, part: 0, seal: { from: 'messages', value: 'EqQBCg' } },
      { type: 'close', choice: 0, part: 0 },
      { type: 'open', choice: 0, part: 1, of: { type: 'text' } },
      { type: 'delta', choice: 0, part: 1, text: 'Okay' },
      { type: 'close', choice: 0, part: 1 },
      { type: 'open', choice: 0, part: 2, of: { type: 'tool_call', id: 'toolu_1', name: 'get_weather' } },
      { type: 'delta', choice: 0, part: 2, text: '{"location": ' },
      { type: 'delta', choice: 0, part: 2, text: '"Zürich"}' },
      { type: 'close', choice: 0, part: 2 },
      { type: 'finish', choice: 0, finish: { reason: 'tool_calls' } },
      { type: 'usage', usage: { input: 472, output: 89, reasoning: 7 } },
      { type: 'end' },
    ])
  })

  it('tells apart blocks that come at the same time, and closes those that were left open', () => {
    const events = decode(
      START,
      open(0, { type: 'tool_use', id: 'a', name: 'f', input: {} }),
      open(1, { type: 'tool_use', id: 'b', name: 'g', input: { whole: true } }),
      delta(0, { type: 'input_json_delta', partial_json: '{"x"' }),
      delta(1, { type: 'input_json_delta', partial_json: '{"y":' }),
      delta(0, { type: 'input_json_delta', partial_json: ':1}' }),
      delta(1, { type: 'input_json_delta', partial_json: '2}' }),
      stop(0),
      ended('tool_use'),
      STOP,
    )
    expect(events.filter(({ type }) => type === 'close')).toHaveLength(2)
    expect(fold(events).answer.choices[0]).toEqual({
      parts: [
        { type: 'tool_call', id: 'a', name: 'f', arguments: '{"x":1}' },
        { type: 'tool_call', id: 'b', name: 'g', arguments: '{"y":2}' },
      ],
      finish: { reason: 'tool_calls' },
    })
  })

  it('has the input of a call that came with its start', () => {
    const call = { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }
    const { answer } = fold(decode(START, open(0, call), stop(0), ended('tool_use'), STOP))
    expect(answer.choices[0].parts).toMatchObject([{ arguments: '{"x":1}' }])
  })

  it('gives what only Anthropic has whole, when it is', () => {
    const search = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }
    const { answer } = fold(
      decode(
        START,
        open(0, search),
        delta(0, { type: 'input_json_delta', partial_json: '{"query":' }),
        delta(0, { type: 'input_json_delta', partial_json: '"x"}' }),
        stop(0),
        open(1, { type: 'compaction', content: null }),
        delta(1, { type: 'compaction_delta', content: 'They spoke.', encrypted_content: 'Eq' }),
        stop(1),
        ended('end_turn'),
        STOP,
      ),
    )
    expect(answer.choices[0].parts).toEqual([
      {
        type: 'foreign',
        from: 'messages',
        name: 'server_tool_use',
        value: { ...search, input: { query: 'x' } },
      },
      {
        type: 'foreign',
        from: 'messages',
        name: 'compaction',
        value: { type: 'compaction', content: 'They spoke.', encrypted_content: 'Eq' },
      },
    ])
  })

  it('takes the last word on its end, said in parts', () => {
    const events = decode(
      START,
      { type: 'message_delta', delta: { stop_reason: null }, usage: { output_tokens: 5 } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: null } },
      STOP,
      ...text(0, 'after the end'),
    )
    expect(events.slice(1)).toEqual([
      { type: 'finish', choice: 0, finish: { reason: 'stop' } },
      { type: 'usage', usage: { input: 472, output: 5 } },
      { type: 'end' },
    ])
  })

  it('is whole without its last event, once it has said why it ended', () => {
    const types = decode(START, ...text(0, 'Hi'), ended('end_turn')).map(({ type }) => type)
    expect(types.slice(-3)).toEqual(['finish', 'usage', 'end'])
  })

  it('that merely stops is no answer', () => {
    const events = decode(START, ...text(0, 'Hel'))
    expect(events.slice(-2)).toEqual([
      { type: 'error', error: expect.objectContaining({ kind: 'server', status: 502 }) },
      { type: 'end' },
    ])
    expect(decode().map(({ type }) => type)).toEqual(['error', 'end'])
  })

  it('ends with an error that comes inside it', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded' }
    const events = decode(START, { type: 'error', error, request_id: 'req_1' }, ...text(0, 'more'), STOP)
    expect(events.slice(1)).toEqual([
      {
        type: 'error',
        error: { status: 529, kind: 'overloaded', message: 'Overloaded', code: 'overloaded_error' },
      },
      { type: 'end' },
    ])
  })

  it('does without what it does not know', () => {
    const decoder = streamDecoder()
    expect(decoder.push(streamedEvent('no JSON'))).toEqual([])
    expect(decoder.push(streamedEvent('{"type":"a_new_event"}'))).toEqual([])
    expect(decoder.push(streamedEvent(JSON.stringify(delta(7, { type: 'text_delta', text: 'x' }))))).toEqual(
      [],
    )
  })
})
