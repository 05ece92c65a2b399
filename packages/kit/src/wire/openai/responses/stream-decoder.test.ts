import { describe, expect, it } from 'vitest'
import { type Folded, fold } from '../../neutral/fold.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { streamedEvent } from '../../streamed-event.ts'
import { streamDecoder } from './stream-decoder.ts'

const RESPONSE = { id: 'resp_1', object: 'response', created_at: 1_795_000_000, model: 'gpt-5.6', output: [] }

const event = (type: string, said: object = {}) => JSON.stringify({ type, sequence_number: 0, ...said })
const created = event('response.created', { response: { ...RESPONSE, status: 'in_progress', usage: null } })
const completed = (rest: object = {}) =>
  event('response.completed', {
    response: {
      ...RESPONSE,
      status: 'completed',
      usage: { input_tokens: 36, output_tokens: 87, total_tokens: 123 },
      ...rest,
    },
  })

function decode(...data: readonly string[]): StreamEvent[] {
  const decoder = streamDecoder()
  return [...data.flatMap((one) => decoder.push(streamedEvent(one))), ...decoder.end()]
}

function folded(...data: readonly string[]): Folded {
  return fold(decode(...data))
}

const message = (index: number, text: string) => {
  const where = { item_id: `msg_${index}`, output_index: index, content_index: 0 }
  const part = { type: 'output_text', text, annotations: [] }
  const item = { type: 'message', id: `msg_${index}`, role: 'assistant' }
  return [
    event('response.output_item.added', { output_index: index, item: { ...item, content: [] } }),
    event('response.content_part.added', { ...where, part: { ...part, text: '' } }),
    ...[...text].map((delta) => event('response.output_text.delta', { ...where, delta })),
    event('response.output_text.done', { ...where, text }),
    event('response.content_part.done', { ...where, part }),
    event('response.output_item.done', { output_index: index, item: { ...item, content: [part] } }),
  ]
}

describe('a stream of Responses', () => {
  it('is told in the promised order', () => {
    expect(
      decode(
        created,
        event('response.in_progress', { response: RESPONSE }),
        ...message(0, 'Hi'),
        completed(),
      ),
    ).toEqual([
      { type: 'start', id: 'resp_1', model: 'gpt-5.6', createdAtSec: 1_795_000_000 },
      { type: 'open', choice: 0, part: 0, of: { type: 'text' } },
      { type: 'delta', choice: 0, part: 0, text: 'H' },
      { type: 'delta', choice: 0, part: 0, text: 'i' },
      { type: 'close', choice: 0, part: 0 },
      { type: 'finish', choice: 0, finish: { reason: 'stop' } },
      { type: 'usage', usage: { input: 36, output: 87 } },
      { type: 'end' },
    ])
  })

  it('thinks in paragraphs, sealed at the end, then calls tools one after the other', () => {
    const summary = (index: number, delta: string) =>
      event('response.reasoning_summary_text.delta', {
        item_id: 'rs_1',
        output_index: 0,
        summary_index: index,
        delta,
      })
    const reasoning = { type: 'reasoning', id: 'rs_1', summary: [] as object[] }
    const call = (index: number, id: string, args: string) => {
      const item = { type: 'function_call', id: `fc_${index}`, call_id: id, name: 'weather' }
      const where = { item_id: `fc_${index}`, output_index: index }
      return [
        event('response.output_item.added', { output_index: index, item: { ...item, arguments: '' } }),
        event('response.function_call_arguments.delta', { ...where, delta: args.slice(0, 3) }),
        event('response.function_call_arguments.delta', { ...where, delta: args.slice(3) }),
        event('response.function_call_arguments.done', { ...where, arguments: args }),
        event('response.output_item.done', { output_index: index, item: { ...item, arguments: args } }),
      ]
    }
    const events = decode(
      created,
      event('response.output_item.added', { output_index: 0, item: reasoning }),
      summary(0, '**Look'),
      summary(0, 'ing**'),
      summary(1, '**Calling**'),
      event('response.output_item.done', {
        output_index: 0,
        item: {
          ...reasoning,
          summary: [
            { type: 'summary_text', text: '**Looking**' },
            { type: 'summary_text', text: '**Calling**' },
          ],
          encrypted_content: 'gAAAAAB',
        },
      }),
      ...call(1, 'call_a', '{"city":"Oslo"}'),
      ...call(2, 'call_b', '{"city":"Rome"}'),
      completed(),
    )
    expect(fold(events).answer.choices[0]).toEqual({
      parts: [
        {
          type: 'reasoning',
          text: '**Looking**\n\n**Calling**',
          seal: { from: 'responses', value: 'gAAAAAB', id: 'rs_1' },
        },
        { type: 'tool_call', id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'tool_call', id: 'call_b', name: 'weather', arguments: '{"city":"Rome"}' },
      ],
      finish: { reason: 'tool_calls' },
    })
    // A call that is complete is closed before the next one opens: other dialects can say one at a time.
    const order = events.flatMap((one) =>
      one.type === 'open' || one.type === 'close' ? [`${one.type} ${one.part}`] : [],
    )
    expect(order).toEqual(['open 0', 'close 0', 'open 1', 'close 1', 'open 2', 'close 2'])
  })

  it('searches the web, and cites what it finds', () => {
    const annotation = {
      type: 'url_citation',
      url: 'https://a.example',
      title: 'A',
      start_index: 0,
      end_index: 2,
    }
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } }
    const [added, part, ...rest] = message(1, 'So')
    const { answer } = folded(
      created,
      event('response.output_item.added', { output_index: 0, item: { ...search, status: 'in_progress' } }),
      event('response.web_search_call.searching', { output_index: 0, item_id: 'ws_1' }),
      event('response.output_item.done', { output_index: 0, item: search }),
      added!,
      part!,
      ...rest.slice(0, 2),
      event('response.output_text.annotation.added', { output_index: 1, content_index: 0, annotation }),
      ...rest.slice(2),
      completed(),
    )
    expect(answer.choices[0].parts).toEqual([
      { type: 'foreign', from: 'responses', name: 'web_search_call', value: search },
      { type: 'text', text: 'So', citations: [{ url: 'https://a.example', title: 'A', start: 0, end: 2 }] },
    ])
  })

  it('of a server that gives no deltas is told when each item is whole', () => {
    const item = {
      type: 'message',
      role: 'assistant',
      content: [
        { type: 'output_text', text: 'Hi', annotations: [] },
        { type: 'refusal', refusal: 'No.' },
      ],
    }
    const { answer } = folded(
      created,
      event('response.output_item.done', { output_index: 0, item }),
      completed(),
    )
    expect(answer.choices[0]).toEqual({
      parts: [
        { type: 'text', text: 'Hi' },
        { type: 'refusal', text: 'No.' },
      ],
      finish: { reason: 'refusal' },
    })
  })

  it('of a server that gives no items is told by its last event', () => {
    const output = [{ type: 'function_call', call_id: 'call_1', name: 'a', arguments: '{}' }]
    expect(folded(completed({ output })).answer).toMatchObject({
      id: 'resp_1',
      choices: [{ parts: [{ type: 'tool_call', id: 'call_1' }], finish: { reason: 'tool_calls' } }],
    })
  })

  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
  ])('is incomplete: %s', (reason, finish) => {
    const ending = event('response.incomplete', {
      response: { ...RESPONSE, status: 'incomplete', incomplete_details: { reason } },
    })
    expect(folded(created, ...message(0, 'Hi'), ending).answer.choices[0].finish).toEqual({ reason: finish })
  })

  it.each([
    [event('error', { code: 'rate_limit_exceeded', message: 'Slow down.', param: null }), 'rate_limited'],
    [event('error', { error: { type: 'server_error', code: 'server_error', message: 'Oh.' } }), 'server'],
    [
      event('response.failed', {
        response: { ...RESPONSE, status: 'failed', error: { code: 'bio_policy', message: 'No.' } },
      }),
      'content_filter',
    ],
  ])('fails, and says nothing after it: %s', (failure, kind) => {
    const events = decode(created, failure, ...message(0, 'Hi'), completed())
    expect(events.slice(1)).toMatchObject([{ type: 'error', error: { kind } }, { type: 'end' }])
  })

  it('that broke off is no success', () => {
    expect(folded(created, ...message(0, 'Hi')).error).toMatchObject({ kind: 'server' })
  })

  it('passes over what it does not know', () => {
    const { answer } = folded(
      created,
      'not json',
      event('response.audio.delta', { delta: 'AAAA' }),
      event('constructor'),
      event('response.function_call_arguments.delta', { output_index: 7, delta: '{' }),
      ...message(0, 'Hi'),
      completed(),
    )
    expect(answer.choices[0].parts).toEqual([{ type: 'text', text: 'Hi' }])
  })
})
