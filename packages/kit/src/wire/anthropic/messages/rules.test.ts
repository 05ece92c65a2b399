import { describe, expect, it } from 'vitest'
import { answerReaderBy } from '../../answer-reader.ts'
import type { JsonObject } from '../../json.ts'
import { streamReaderBy } from '../../stream-reader.ts'
import { MESSAGES_ANSWER, messagesStream } from './rules.ts'

const event = (it: JsonObject) => `event: ${it.type}\ndata: ${JSON.stringify(it)}\n\n`

const START = event({
  type: 'message_start',
  message: {
    id: 'msg_01',
    type: 'message',
    role: 'assistant',
    model: 'claude-opus-5-5',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 472, cache_read_input_tokens: 2_000, output_tokens: 2 },
  },
})
const said = (delta: object, index = 0) => event({ type: 'content_block_delta', index, delta })
const STREAM = [
  START,
  event({
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'thinking', thinking: '' },
  }),
  event({ type: 'ping' }),
  said({ type: 'thinking_delta', thinking: 'Hm, "usage"? ' }),
  said({ type: 'signature_delta', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds' }),
  event({ type: 'content_block_stop', index: 0 }),
  event({ type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } }),
  said({ type: 'text_delta', text: 'Zürich — 「今日」' }, 1),
  event({ type: 'content_block_stop', index: 1 }),
  event({
    type: 'content_block_start',
    index: 2,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} },
  }),
  said({ type: 'input_json_delta', partial_json: '{"usage":' }, 2),
  said({ type: 'input_json_delta', partial_json: '"x"}' }, 2),
  event({ type: 'content_block_stop', index: 2 }),
  event({
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { input_tokens: null, cache_read_input_tokens: 2_000, output_tokens: 89 },
  }),
  event({ type: 'message_stop' }),
].join('')

describe('a stream that is metered', () => {
  it('is the same wherever it is cut, and passes unchanged', () => {
    const bytes = Buffer.from(STREAM)
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const reader = streamReaderBy(messagesStream(), { hideUsage: true })
      const passed = [reader.push(bytes.subarray(0, cut)), reader.push(bytes.subarray(cut)), reader.end()]
      expect(Buffer.concat(passed.filter((it) => it !== undefined)).equals(bytes)).toBe(true)
      expect(reader.usage).toEqual({ input: 472, cachedInput: 2_000, output: 89 })
      expect(reader).toMatchObject({ done: true, overtaken: false, model: 'claude-opus-5-5' })
    }
  })

  it('shows what was generated, block by block, so that it can be counted', () => {
    const reader = streamReaderBy(messagesStream(), { hideUsage: false })
    reader.push(Buffer.from(STREAM))
    expect(reader.takeGenerated()).toEqual({
      texts: ['Hm, "usage"? ', 'Zürich — 「今日」', 'get_weather{"usage":"x"}'],
      pieces: 5,
    })
  })

  it('that breaks off has an early word that was overtaken, and no end', () => {
    const reader = streamReaderBy(messagesStream(), { hideUsage: false })
    reader.push(Buffer.from(START + said({ type: 'text_delta', text: 'Hel' })))
    reader.end()
    expect(reader).toMatchObject({ done: false, overtaken: true, usage: { input: 472, output: 2 } })
  })

  it('does not end where a tool is called with the name of its end', () => {
    const block = { type: 'tool_use', id: 'toolu_1', name: 'emit', input: { event: 'message_stop' } }
    const reader = streamReaderBy(messagesStream(), { hideUsage: false })
    reader.push(Buffer.from(START + event({ type: 'content_block_start', index: 0, content_block: block })))
    expect(reader.done).toBe(false)
  })

  it('bills what another model has declined as that model', () => {
    const iterations = [
      { type: 'message', model: 'claude-fable-5-1', input_tokens: 9, output_tokens: 1 },
      { type: 'fallback_message', model: 'claude-opus-5-5', input_tokens: 472, output_tokens: 3 },
    ]
    const reader = streamReaderBy(messagesStream(), { hideUsage: false })
    const usage = { output_tokens: 3, iterations }
    reader.push(Buffer.from(START + event({ type: 'message_delta', delta: {}, usage })))
    expect(reader.usage).toEqual({
      input: 472,
      cachedInput: 2_000,
      output: 3,
      others: [{ model: 'claude-fable-5-1', usage: { input: 9, output: 1 } }],
    })
  })

  it('keeps the books of two streams apart', () => {
    const first = messagesStream()
    first.usage(JSON.parse(START.split('data: ')[1]!), undefined)
    const end = { type: 'message_delta', delta: {}, usage: { output_tokens: 5 } }
    expect(messagesStream().usage(end, undefined)).toEqual({ input: 0, output: 5 })
  })
})

describe('a whole answer that is metered', () => {
  const answer = {
    id: 'msg_01',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'Eq' },
      { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
      { type: 'web_search_tool_result', tool_use_id: 's', content: [{ title: 'read, not written' }] },
      { type: 'text', text: 'Hello' },
    ],
    model: 'claude-opus-5-5',
    usage: {
      input_tokens: 10,
      output_tokens: 20,
      server_tool_use: { web_search_requests: 1 },
      iterations: [
        { type: 'fallback_message', model: 'claude-opus-5-5', input_tokens: 10, output_tokens: 20 },
        { type: 'message', model: 'claude-fable-5-1', input_tokens: 4, output_tokens: 1 },
      ],
    },
  }

  it('says usage and model, and what it shows', () => {
    const reader = answerReaderBy(MESSAGES_ANSWER)
    reader.push(Buffer.from(JSON.stringify(answer)))
    expect(reader.end()).toEqual({
      model: 'claude-opus-5-5',
      usage: {
        input: 10,
        output: 20,
        webSearches: 1,
        others: [{ model: 'claude-fable-5-1', usage: { input: 4, output: 1 } }],
      },
    })
    expect(reader.texts()).toEqual(['Hm.', 'web_search', '{"query":"x"}', 'Hello'])
  })
})
