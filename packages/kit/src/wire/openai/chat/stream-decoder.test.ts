import { describe, expect, it } from 'vitest'
import { type Folded, fold } from '../../neutral/fold.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { streamedEvent } from '../../streamed-event.ts'
import { streamDecoder } from './stream-decoder.ts'

const HEAD = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_795_000_000, model: 'gpt-5.6' }

const chunk = (delta: object, rest: object = {}, finish: string | null = null) =>
  JSON.stringify({ ...HEAD, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...rest })

function decode(...data: readonly string[]): StreamEvent[] {
  const decoder = streamDecoder({ elsewhere: 'x_groq.usage' })
  return [...data.flatMap((one) => decoder.push(streamedEvent(one))), ...decoder.end()]
}

function folded(...data: readonly string[]): Folded {
  return fold(decode(...data))
}

const USAGE = { prompt_tokens: 82, completion_tokens: 34, total_tokens: 116 }

describe('a stream of Chat Completions', () => {
  it('is told in the promised order', () => {
    const events = decode(
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, {}, 'stop'),
      JSON.stringify({ ...HEAD, choices: [], usage: USAGE }),
      '[DONE]',
    )
    expect(events).toEqual([
      { type: 'start', id: 'chatcmpl-1', model: 'gpt-5.6', createdAtSec: 1_795_000_000 },
      { type: 'open', choice: 0, part: 0, of: { type: 'text' } },
      { type: 'delta', choice: 0, part: 0, text: 'Hel' },
      { type: 'delta', choice: 0, part: 0, text: 'lo' },
      { type: 'close', choice: 0, part: 0 },
      { type: 'finish', choice: 0, finish: { reason: 'stop' } },
      { type: 'usage', usage: { input: 82, output: 34 } },
      { type: 'end' },
    ])
  })

  it('has tool calls whose arguments come in turns', () => {
    const call = (index: number, said: object) => chunk({ tool_calls: [{ index, ...said }] })
    const { answer } = folded(
      call(0, { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } }),
      call(1, { id: 'call_b', type: 'function', function: { name: 'time', arguments: '' } }),
      call(0, { function: { arguments: '{"city":' } }),
      call(1, { function: { arguments: '{"zone":"CET"}' } }),
      call(0, { function: { arguments: '"Oslo"}' } }),
      call(2, { id: 'call_c', type: 'custom', custom: { name: 'grep', input: 'a' } }),
      call(2, { custom: { input: 'b' } }),
      chunk({}, {}, 'tool_calls'),
      '[DONE]',
    )
    expect(answer.choices[0]).toEqual({
      parts: [
        { type: 'tool_call', id: 'call_a', name: 'weather', arguments: '{"city":"Oslo"}' },
        { type: 'tool_call', id: 'call_b', name: 'time', arguments: '{"zone":"CET"}' },
        { type: 'tool_call', id: 'call_c', name: 'grep', arguments: 'ab', custom: true },
      ],
      finish: { reason: 'tool_calls' },
    })
  })

  it('of Google’s gives every call whole, under one index, and signed', () => {
    const call = (id: string, rest: object = {}) => ({
      index: 0,
      id,
      type: 'function',
      function: { name: 'weather', arguments: '{}' },
      ...rest,
    })
    const { answer } = folded(
      chunk({
        role: 'assistant',
        tool_calls: [call('function-call-1', { extra_content: { google: { thought_signature: 'CqQB' } } })],
      }),
      chunk({ tool_calls: [call('function-call-2')] }, {}, 'stop'),
      '[DONE]',
    )
    expect(answer.choices[0]).toEqual({
      parts: [
        {
          type: 'tool_call',
          id: 'function-call-1',
          name: 'weather',
          arguments: '{}',
          seal: { from: 'generate', value: 'CqQB' },
        },
        { type: 'tool_call', id: 'function-call-2', name: 'weather', arguments: '{}' },
      ],
      finish: { reason: 'tool_calls' },
    })
  })

  it('gives calls without ids some of the answer’s own', () => {
    const { answer } = folded(
      chunk({ tool_calls: [{ function: { name: 'a', arguments: '{}' } }] }),
      chunk({}, {}, 'tool_calls'),
    )
    expect(answer.choices[0].parts).toMatchObject([{ id: 'call_chatcmpl-1_0', name: 'a' }])
  })

  it('of DeepSeek’s thinks in plain text, which it wants back in its own field', () => {
    const { answer } = folded(
      chunk({ role: 'assistant', content: null, reasoning_content: '' }),
      chunk({ content: null, reasoning_content: 'Hm' }),
      chunk({ content: null, reasoning_content: ', 4.' }),
      chunk({ content: 'Four', reasoning_content: null }),
      chunk({ content: '', reasoning_content: null }, { usage: USAGE }, 'stop'),
      '[DONE]',
    )
    expect(answer.usage).toEqual({ input: 82, output: 34 })
    expect(answer.choices[0].parts).toEqual([
      {
        type: 'reasoning',
        text: 'Hm, 4.',
        seal: { from: 'chat', kind: 'reasoning_content', value: '' },
      },
      { type: 'text', text: 'Four' },
    ])
  })

  it('of OpenRouter’s lists its thoughts, each with what must come back', () => {
    const detail = (said: object) => ({ format: 'anthropic-claude-v1', index: 0, ...said })
    const { answer } = folded(
      chunk({
        reasoning: 'Let ',
        reasoning_details: [detail({ type: 'reasoning.text', text: 'Let ' })],
      }),
      chunk({
        reasoning: 'me see.',
        reasoning_details: [detail({ type: 'reasoning.text', text: 'me see.' })],
      }),
      chunk({ reasoning_details: [detail({ type: 'reasoning.text', signature: 'EqQB' })] }),
      chunk({
        reasoning_details: [{ type: 'reasoning.encrypted', id: 'rs_1', index: 1, data: 'gAAA' }],
      }),
      chunk({ content: 'Yes.' }, {}, 'stop'),
      '[DONE]',
    )
    expect(answer.choices[0].parts).toEqual([
      {
        type: 'reasoning',
        text: 'Let me see.',
        seal: {
          from: 'chat',
          kind: 'detail',
          value: '{"format":"anthropic-claude-v1","index":0,"type":"reasoning.text","signature":"EqQB"}',
        },
      },
      {
        type: 'reasoning',
        text: '',
        seal: {
          from: 'chat',
          kind: 'detail',
          value: '{"type":"reasoning.encrypted","id":"rs_1","index":1,"data":"gAAA"}',
        },
      },
      { type: 'text', text: 'Yes.' },
    ])
  })

  it('of Mistral’s thinks among the pieces of its text', () => {
    const thinking = (text: string) =>
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] })
    const { answer } = folded(
      thinking('Hm'),
      thinking(', 4.'),
      chunk({ content: 'Four' }, {}, 'stop'),
      '[DONE]',
    )
    expect(answer.choices[0].parts).toEqual([
      { type: 'reasoning', text: 'Hm, 4.' },
      { type: 'text', text: 'Four' },
    ])
  })

  it('of Azure’s begins with a chunk about the prompt', () => {
    const about = JSON.stringify({
      id: '',
      object: '',
      created: 0,
      model: '',
      choices: [],
      prompt_filter_results: [],
    })
    const events = decode(about, chunk({ content: 'Hi' }, {}, 'stop'), '[DONE]')
    expect(events.filter(({ type }) => type === 'start')).toMatchObject([{ id: 'chatcmpl-1' }])
  })

  it('may say its usage in every chunk, and the last one counts', () => {
    const { answer } = folded(
      chunk({ content: 'a' }, { usage: { prompt_tokens: 9, completion_tokens: 1 } }),
      chunk({ content: 'b' }, { usage: { prompt_tokens: 9, completion_tokens: 2 } }),
      chunk({}, { usage: { prompt_tokens: 9, completion_tokens: 2 } }, 'stop'),
      JSON.stringify({ ...HEAD, choices: [], x_groq: { usage: { prompt_tokens: 9, completion_tokens: 3 } } }),
      '[DONE]',
    )
    expect(answer.usage).toEqual({ input: 9, output: 3 })
  })

  it('cites pages, and shows pictures', () => {
    const annotation = {
      type: 'url_citation',
      url_citation: { url: 'https://a.example', title: 'A', start_index: 0, end_index: 2 },
    }
    const { answer } = folded(
      chunk({ content: 'So' }),
      chunk({ content: '', annotations: [annotation] }),
      chunk({ images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }),
      chunk({}, {}, 'stop'),
      '[DONE]',
    )
    expect(answer.choices[0].parts).toEqual([
      { type: 'text', text: 'So', citations: [{ url: 'https://a.example', title: 'A', start: 0, end: 2 }] },
      { type: 'image', source: { from: 'data', mediaType: 'image/png', base64: 'AAAA' } },
    ])
  })

  it('has a model that refuses', () => {
    const { answer } = folded(
      chunk({ refusal: 'I can’t ' }),
      chunk({ refusal: 'do that.' }, {}, 'stop'),
      '[DONE]',
    )
    expect(answer.choices[0]).toEqual({
      parts: [{ type: 'refusal', text: 'I can’t do that.' }],
      finish: { reason: 'refusal' },
    })
  })

  it('has choices that come in turns', () => {
    const of = (index: number, content: string, finish: string | null = null) =>
      JSON.stringify({ ...HEAD, choices: [{ index, delta: { content }, finish_reason: finish }] })
    const { answer } = folded(of(1, 'b'), of(0, 'a'), of(1, 'B', 'stop'), of(0, 'A', 'length'), '[DONE]')
    expect(answer.choices).toEqual([
      { parts: [{ type: 'text', text: 'aA' }], finish: { reason: 'length' } },
      { parts: [{ type: 'text', text: 'bB' }], finish: { reason: 'stop' } },
    ])
  })

  it('calls a function as it was done before there were tools', () => {
    const { answer } = folded(
      chunk({ role: 'assistant', content: null, function_call: { name: 'weather', arguments: '' } }),
      chunk({ function_call: { arguments: '{}' } }),
      chunk({}, {}, 'function_call'),
    )
    expect(answer.choices[0]).toMatchObject({
      parts: [{ type: 'tool_call', name: 'weather', arguments: '{}' }],
      finish: { reason: 'tool_calls' },
    })
  })
})

describe('a stream of Chat Completions that fails', () => {
  it.each([
    [
      { error: { message: 'Slow down.', type: 'rate_limit_error', code: 'rate_limit_exceeded' } },
      'rate_limited',
    ],
    [{ error: { message: 'Bad gateway', code: 502 } }, 'server'],
    [{ object: 'error', message: 'maximum context length exceeded', code: 400 }, 'context_window'],
  ])('tells the error, and nothing after it: %j', (said, kind) => {
    const events = decode(chunk({ content: 'a' }), JSON.stringify(said), chunk({ content: 'b' }), '[DONE]')
    expect(events.slice(-2)).toMatchObject([{ type: 'error', error: { kind } }, { type: 'end' }])
    expect(events.filter(({ type }) => type === 'delta')).toHaveLength(1)
  })

  it('because it broke off is no success', () => {
    expect(decode(chunk({ content: 'a' })).slice(-2)).toMatchObject([
      {
        type: 'error',
        error: { kind: 'server', message: 'The provider’s stream broke off before the answer was complete.' },
      },
      { type: 'end' },
    ])
  })

  it('is whole without [DONE], once it has said why it ended', () => {
    expect(folded(chunk({ content: 'a' }, {}, 'stop')).error).toBeUndefined()
  })

  it('passes over what is no chunk', () => {
    const { answer } = folded(
      'not json',
      '[1]',
      chunk({ content: 'a' }, {}, 'stop'),
      '{"type":"ping"}',
      '[DONE]',
    )
    expect(answer.choices[0].parts).toEqual([{ type: 'text', text: 'a' }])
  })
})
