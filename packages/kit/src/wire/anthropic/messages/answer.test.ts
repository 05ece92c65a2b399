import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asked } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Answer } from '../../neutral/answer.ts'
import { fold } from '../../neutral/fold.ts'
import type { Part } from '../../neutral/part.ts'
import { replay } from '../../neutral/replay.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { readEvents } from '../../streamed-event.ts'
import { readAnswer } from './answer-reader.ts'
import { writeAnswer } from './answer-writer.ts'
import { streamDecoder } from './stream-decoder.ts'
import { streamEncoder } from './stream-encoder.ts'

const ASKED: Asked = { model: 'fast', wantsUsage: true, request: {}, requestId: 'req_1' }

/** What a client gets of a stream, in bytes. */
function encode(events: Iterable<StreamEvent>): Buffer {
  const encoder = streamEncoder(ASKED)
  return Buffer.from([...events].map((event) => encoder.push(event)).join(''))
}

/** What a client is told by such bytes. */
function decode(bytes: Buffer): StreamEvent[] {
  const decoder = streamDecoder()
  const told = readEvents(bytes).flatMap((event) => decoder.push(event))
  return [...told, ...decoder.end()]
}

/** The message that Anthropic's own SDK puts together from a stream. */
async function accumulate(bytes: Buffer) {
  const fetch = async () =>
    new Response(new Uint8Array(bytes), { headers: { 'content-type': 'text/event-stream' } })
  const client = new Anthropic({ apiKey: 'k', fetch, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: 'Hi' }]
  return client.messages.stream({ model: 'fast', max_tokens: 10, messages }).finalMessage()
}

const base64 = fc.base64String({ minLength: 4 })
const seal = fc.option(
  fc.oneof(
    fc.record({ from: fc.constant('messages' as const), value: base64 }),
    fc.record({ from: fc.constant('responses' as const), value: base64, id: fc.constant('rs_1') }),
    fc.record({ from: fc.constant('generate' as const), value: base64 }),
  ),
  { nil: undefined },
)
const citation = fc.record({ url: fc.webUrl(), title: fc.string(), quote: fc.string() })
const part: fc.Arbitrary<Part> = fc.oneof(
  fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.array(citation, { maxLength: 2 }))
    .map(([text, citations]): Part => ({ type: 'text', text, ...(citations.length ? { citations } : {}) })),
  fc
    .tuple(fc.string({ unit: 'grapheme' }), seal)
    .map(([text, sealed]): Part => ({ type: 'reasoning', text, ...(sealed ? { seal: sealed } : {}) })),
  base64.map(
    (value): Part => ({
      type: 'reasoning',
      text: '',
      seal: { from: 'messages', kind: 'redacted', value },
    }),
  ),
  fc.tuple(fc.string({ minLength: 1 }), fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue())).map(
    ([id, input]): Part => ({
      type: 'tool_call',
      id,
      name: 'get_weather',
      arguments: JSON.stringify(input),
    }),
  ),
  fc.constant<Part>({
    type: 'foreign',
    from: 'messages',
    name: 'web_search_tool_result',
    value: { type: 'web_search_tool_result', tool_use_id: 's', content: [] },
  }),
)
const finish = fc.oneof(
  fc.record({ reason: fc.constantFrom('stop' as const, 'length' as const, 'tool_calls' as const) }),
  fc.record({ reason: fc.constantFrom('pause' as const, 'refusal' as const) }),
  fc.record({ reason: fc.constant('stop' as const), stopSequence: fc.string() }),
)
const usage = fc.record({
  input: fc.integer({ min: 1, max: 9_999 }),
  output: fc.integer({ min: 0, max: 9_999 }),
})
const answer: fc.Arbitrary<Answer> = fc
  .record({
    id: base64.map((it) => `msg_${it}`),
    parts: fc.array(part, { maxLength: 4 }),
    refusal: fc.option(fc.string(), { nil: undefined }),
    finish,
    usage,
  })
  .map(({ id, parts, refusal, finish, usage }) => ({
    id,
    model: 'fast',
    createdAtSec: 0,
    choices: [
      refusal === undefined
        ? { parts, finish }
        : { parts: [...parts, { type: 'refusal', text: refusal }], finish: { reason: 'refusal' } },
    ],
    usage,
  }))

describe('an answer that Anthropic’s dialect carries', () => {
  it('is the same when it is written and read', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const body = JSON.parse(JSON.stringify(writeAnswer(given, ASKED)))
        expect(readAnswer(body)).toEqual({ ...given, serviceTier: 'standard' })
      }),
    )
  })

  it('is the same when it is streamed, and in the order that every stream keeps', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const events = decode(encode(replay(given)))
        expect(fold(events)).toEqual({ answer: given, error: undefined })
        expect(events[0]!.type).toBe('start')
        expect(events.slice(-3).map(({ type }) => type)).toEqual(['finish', 'usage', 'end'])
        const opened = events.filter(({ type }) => type === 'open')
        expect(opened).toHaveLength(events.filter(({ type }) => type === 'close').length)
      }),
    )
  })

  it('is to Anthropic’s SDK the same, whole or streamed', async () => {
    await fc.assert(
      fc.asyncProperty(answer, async (given) => {
        const whole = JSON.parse(JSON.stringify(writeAnswer(given, ASKED)))
        const streamed = JSON.parse(JSON.stringify(await accumulate(encode(replay(given)))))
        expect(streamed).toMatchObject(whole)
      }),
      { numRuns: 30 },
    )
  })
})

describe('an answer of another dialect', () => {
  const said = (...parts: Part[]): Answer => ({
    id: 'chatcmpl-1',
    model: 'gpt-4o',
    createdAtSec: 1_700_000_000,
    choices: [{ parts, finish: { reason: 'stop' } }],
    usage: undefined,
  })

  it('has an id of Anthropic’s shape, the model that was asked for, and nothing it cannot have', () => {
    const image: Part = { type: 'image', source: { from: 'url', url: 'https://x' } }
    const foreign: Part = { type: 'foreign', from: 'chat', name: 'audio', value: {} }
    expect(writeAnswer(said(image, foreign), ASKED)).toEqual({
      id: 'msg_chatcmpl-1',
      type: 'message',
      role: 'assistant',
      model: 'fast',
      content: [],
      container: null,
      diagnostics: null,
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      usage: {
        input_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        output_tokens: 0,
        output_tokens_details: null,
        server_tool_use: null,
        service_tier: 'standard',
        inference_geo: null,
        speed: null,
      },
    })
  })

  it('that refuses, refuses as Claude does', () => {
    expect(writeAnswer(said({ type: 'refusal', text: 'No.' }), ASKED)).toMatchObject({
      content: [],
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: null, explanation: 'No.' },
    })
  })

  it.each([
    ['content_filter', 'refusal'],
    ['error', 'max_tokens'],
    ['length', 'max_tokens'],
    ['tool_calls', 'tool_use'],
  ] as const)('that ends for %s stops for %s', (reason, stopped) => {
    const given = { ...said(), choices: [{ parts: [], finish: { reason } }] as const }
    expect(writeAnswer(given, ASKED).stop_reason).toBe(stopped)
  })

  it('that met a stop sequence says which', () => {
    const finish = { reason: 'stop', stopSequence: 'END' } as const
    expect(writeAnswer({ ...said(), choices: [{ parts: [], finish }] }, ASKED)).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
    })
  })

  it('is no message when it has no content', () => {
    expect(() => readAnswer({ id: 'x', model: 'm' })).toThrow(SyntaxError)
  })
})

describe('why Claude has stopped', () => {
  const message = (more: JsonObject) => ({ id: 'msg_1', model: 'm', content: [], ...more })
  it.each([
    [{ stop_reason: 'end_turn' }, { reason: 'stop' }],
    [
      { stop_reason: 'stop_sequence', stop_sequence: 'END' },
      { reason: 'stop', stopSequence: 'END' },
    ],
    [{ stop_reason: 'model_context_window_exceeded' }, { reason: 'length' }],
    [{ stop_reason: 'pause_turn' }, { reason: 'pause' }],
    [{ stop_reason: 'a_new_one' }, { reason: 'stop' }],
  ])('%j', (body, finish) => {
    expect(readAnswer(message(body)).choices[0].finish).toEqual(finish)
  })

  it('is told as a refusal where it says why', () => {
    const details = { type: 'refusal', category: 'cyber', explanation: 'This could do harm.' }
    expect(readAnswer(message({ stop_reason: 'refusal', stop_details: details })).choices).toEqual([
      { parts: [{ type: 'refusal', text: 'This could do harm.' }], finish: { reason: 'refusal' } },
    ])
  })
})

describe('citations', () => {
  it('of every type say what was found and where', () => {
    const cited = (citation: object) =>
      readAnswer({ id: 'm', model: 'm', content: [{ type: 'text', text: 'x', citations: [citation] }] })
        .choices[0].parts[0]
    expect(
      cited({
        type: 'page_location',
        cited_text: 'Grass is green',
        document_index: 1,
        document_title: 'Facts',
        start_page_number: 1,
        end_page_number: 2,
      }),
    ).toMatchObject({ citations: [{ quote: 'Grass is green', title: 'Facts', document: 1 }] })
    expect(
      cited({ type: 'search_result_location', source: 'https://x', title: null, cited_text: 'a' }),
    ).toMatchObject({ citations: [{ url: 'https://x', quote: 'a' }] })
  })

  it('of a document that another provider names have no place in a message', () => {
    const text: Part = { type: 'text', text: 'x', citations: [{ document: 0, quote: 'a' }] }
    const given: Answer = {
      id: 'a',
      model: 'm',
      createdAtSec: 0,
      choices: [{ parts: [text], finish: { reason: 'stop' } }],
      usage: undefined,
    }
    expect(writeAnswer(given, ASKED).content).toEqual([{ type: 'text', text: 'x', citations: null }])
  })
})
