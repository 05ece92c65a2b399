import { describe, expect, it } from 'vitest'
import { formatAt } from '../wire/formats.ts'
import { parseCall } from '../wire/receive.ts'
import type { ReceivedCall } from '../wire/received-call.ts'
import { type KeyFacts, keyMaker } from './exact-key.ts'

const keys = keyMaker(Buffer.alloc(32, 7))

const PATHS = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
  generate: '/v1beta/models/gemini-2.5-flash:generateContent',
} as const
type Endpoint = keyof typeof PATHS

function received(endpoint: Endpoint, body: object | string): ReceivedCall {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return parseCall(Buffer.from(text), PATHS[endpoint], formatAt(PATHS[endpoint]))!
}

function keyOf(endpoint: Endpoint, body: object | string, more: Partial<KeyFacts> = {}) {
  const call = received(endpoint, body)
  return keys.keyOf({
    scope: { org: 'acme', accounts: ['org:acme', 'project:search'] },
    received: call,
    deployment: {
      provider: { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' },
      model: call.model,
    },
    headers: {},
    tags: [],
    vary: [],
    ...more,
  })
}

const idOf = (...args: Parameters<typeof keyOf>) => keyOf(...args)?.id

const HELLO = { model: 'gpt-4o-mini', temperature: 0, messages: [{ role: 'user', content: 'Hello' }] }

describe('the key of a request', () => {
  it('is the same for every spelling of it', () => {
    const spelt =
      '{"messages":[ {"content":"Hel\\u006co","role":"user"} ],\n "temperature":0.0, "model":"gpt-4o-mini"}'
    expect(idOf('chat', spelt)).toBe(idOf('chat', HELLO))
  })

  it.each([
    'stream',
    'stream_options',
    'user',
    'safety_identifier',
    'metadata',
    'store',
    'service_tier',
    'prompt_cache_key',
    'prompt_cache_retention',
  ])('does not depend on %s', (field) => {
    const value = { stream: true, stream_options: {}, store: false, metadata: { a: 'b' } }[field] ?? 'x'
    expect(idOf('chat', { ...HELLO, [field]: value })).toBe(idOf('chat', HELLO))
  })

  it.each([
    { temperature: 0.1 },
    { temperature: null },
    { top_p: 1 },
    { seed: 0 },
    { n: 1 },
    { max_tokens: 9 },
    { logit_bias: {} },
    { stop: '\n' },
    { a_field_of_tomorrow: 1 },
    { tools: [] },
    { response_format: { type: 'text' } },
    { messages: [{ role: 'user', content: 'Hello ' }] },
    { messages: [{ role: 'user', content: 'hello' }] },
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] },
    { messages: [{ role: 'developer', content: 'Hello' }] },
    { messages: [{ role: 'user', content: 'Hello', name: 'ada' }] },
  ])('depends on %j', (more) => {
    expect(idOf('chat', { ...HELLO, ...more })).not.toBe(idOf('chat', HELLO))
  })

  it('depends on a field, whatever it is called', () => {
    const named = (value: number) =>
      `{"__proto__":${value},"constructor":1,"model":"m","messages":[{"role":"user","content":"x"}]}`
    expect(idOf('chat', named(1))).toBeDefined()
    expect(idOf('chat', named(1))).not.toBe(idOf('chat', named(2)))
  })

  it('depends on whom it goes to, and on what only headers say', () => {
    const base = idOf('chat', HELLO)
    const provider = { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' } as const
    for (const more of [
      { deployment: { provider, model: 'gpt-4o' } },
      { deployment: { provider: { ...provider, name: 'groq' }, model: 'gpt-4o-mini' } },
      { deployment: { provider: { ...provider, baseUrl: 'http://127.0.0.1' }, model: 'gpt-4o-mini' } },
      { deployment: { provider: { ...provider, models: { tuned: 'gpt-4o-mini' } }, model: 'tuned' } },
      { headers: { 'openai-beta': 'assistants=v2' } },
      { headers: { 'anthropic-version': '2023-06-01' } },
      { headers: { 'anthropic-beta': 'context-1m-2025-08-07' } },
      { headers: { 'x-tollgate-translation': 'strict' } },
      { tags: ['docs'] },
      { vary: ['v2'] },
      { scope: { org: 'acme', accounts: ['org:acme'] } },
    ] satisfies Partial<KeyFacts>[])
      expect(idOf('chat', HELLO, more)).not.toBe(base)
    expect(idOf('chat', HELLO, { headers: { 'user-agent': 'x', traceparent: 'y' } })).toBe(base)
    const key = { provider, model: 'gpt-4o-mini', key: '2' }
    expect(idOf('chat', HELLO, { deployment: key })).toBe(base)
  })

  it('depends on a query, in whatever order, but for what says how an answer comes and who asks', () => {
    const withQuery = (query: string) => {
      const call = received('chat', HELLO)
      return idOf('chat', HELLO, { received: { ...call, target: { ...call.target, query } } })
    }
    expect(withQuery('beta=true')).not.toBe(withQuery(''))
    expect(withQuery('beta=true')).not.toBe(withQuery('beta=false'))
    expect(withQuery('a=1&b=2')).toBe(withQuery('b=2&a=1'))
    expect(withQuery('a=1%26b=2')).not.toBe(withQuery('a=1&b=2'))
    expect(withQuery('alt=sse&key=secret')).toBe(withQuery(''))
  })

  it('knows a person by any of their keys, and keys of nobody by themselves', () => {
    const ada = { org: 'acme', user: 'ada' }
    expect(keys.askedBy({ ...ada, key: 'one' })).toBe(keys.askedBy({ ...ada, key: 'two', team: 'science' }))
    expect(keys.askedBy({ org: 'acme', key: 'one' })).not.toBe(keys.askedBy({ org: 'acme', key: 'two' }))
    expect(keys.askedBy(ada)).not.toBe(keys.askedBy({ ...ada, org: 'other' }))
  })

  it('of a text that was found before is the same as of one that was not', () => {
    const texts = [HELLO, { ...HELLO, seed: 1 }, { ...HELLO, seed: 2 }].map((body) => JSON.stringify(body))
    const fresh = texts.map((text) => idOf('chat', text, { vary: ['another'] }))
    for (const text of texts) {
      keyOf('chat', text)!.remember()
      keyOf('chat', text, { vary: ['another'] })!.remember()
    }
    for (let time = 0; time < 3; time += 1) {
      expect(texts.map((text) => idOf('chat', text, { vary: ['another'] }))).toEqual(fresh)
      expect(new Set(texts.flatMap((text) => [idOf('chat', text), ...fresh])).size).toBe(6)
    }
    // Longer than any that is remembered, and the same all the same.
    const long = { ...HELLO, messages: [{ role: 'user', content: 'x'.repeat(100_000) }] }
    const id = idOf('chat', long)
    keyOf('chat', long)!.remember()
    expect(idOf('chat', long)).toBe(id)
  })

  it('cannot be made by anybody without the secret', () => {
    const other = keyMaker(Buffer.alloc(32, 8))
    const facts: KeyFacts = {
      scope: { org: 'acme', accounts: [] },
      received: received('chat', HELLO),
      headers: {},
      deployment: { provider: { name: 'p', dialect: 'openai', baseUrl: '' }, model: 'm' },
      tags: [],
      vary: [],
    }
    expect(other.keyOf(facts)?.id.split('.')).not.toEqual(keys.keyOf(facts)?.id.split('.'))
    expect(keys.keyOf(facts)?.id).toMatch(/^[\w-]{16}\.[\w-]{43}$/)
  })

  it.each([
    [
      'a field that is given twice',
      '{"model":"m","user":"a","user":"b","messages":[{"role":"user","content":"x"}]}',
    ],
    ['one further in', '{"model":"m","messages":[{"role":"user","content":"x","content":"y"}]}'],
    [
      'a number that only some can hold',
      '{"model":"m","seed":9007199254740993,"messages":[{"role":"user","content":"x"}]}',
    ],
    ['bytes that are no text', '{"model":"m","messages":[{"role":"user","content":"\ufffd"}]}'],
  ])('is none where a request can be read in two ways: %s', (_, text) => {
    expect(keyOf('chat', text)).toBeUndefined()
  })
})

describe('ids of tool calls', () => {
  const chat = (id: string, result: string) => ({
    ...HELLO,
    messages: [
      { role: 'user', content: 'Is the bridge open?' },
      {
        role: 'assistant',
        tool_calls: [{ id, type: 'function', function: { name: 'look', arguments: '{"id":"x"}' } }],
      },
      { role: 'tool', tool_call_id: result, content: 'open' },
    ],
  })
  const messages = (id: string, result: string) => ({
    model: 'claude-haiku-4-5',
    max_tokens: 99,
    messages: [
      { role: 'user', content: 'Is the bridge open?' },
      { role: 'assistant', content: [{ type: 'tool_use', id, name: 'look', input: { id: 'x' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: result, content: 'open' }] },
    ],
  })
  const responses = (id: string, result: string) => ({
    model: 'gpt-4o-mini',
    input: [
      { role: 'user', content: 'Is the bridge open?' },
      { type: 'function_call', call_id: id, name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: result, output: 'open' },
    ],
  })
  const generate = (id: string, result: string) => ({
    contents: [
      { role: 'user', parts: [{ text: 'Is the bridge open?' }] },
      { role: 'model', parts: [{ functionCall: { id, name: 'look', args: { id: 'x' } } }] },
      { role: 'user', parts: [{ functionResponse: { id: result, name: 'look', response: { id: 'y' } } }] },
    ],
  })

  it.each([
    ['chat', chat],
    ['messages', messages],
    ['responses', responses],
    ['generate', generate],
  ] as const)('of %s count by their order alone', (endpoint, asked) => {
    const one = idOf(endpoint, asked('call_1', 'call_1'))
    expect(one).toBeDefined()
    expect(idOf(endpoint, asked('call_2', 'call_2'))).toBe(one)
    expect(idOf(endpoint, asked('call_1', 'call_2'))).not.toBe(one)
  })

  it('that Anthropic has made for its own tools say which result is whose, too', () => {
    const asked = (results: readonly string[]) => ({
      ...messages('t', 't'),
      messages: [
        { role: 'user', content: 'Is the bridge open?' },
        {
          role: 'assistant',
          content: [
            ...['s1', 's2'].map((id) => ({ type: 'server_tool_use', id, name: 'web_search', input: { id } })),
            ...results.map((tool_use_id, at) => ({
              type: 'web_search_tool_result',
              tool_use_id,
              content: [at],
            })),
          ],
        },
      ],
    })
    expect(idOf('messages', asked(['s1', 's2']))).not.toBe(idOf('messages', asked(['s2', 's1'])))
  })

  it('are content inside of arguments and results', () => {
    const withInput = (id: string) => {
      const asked = messages('t1', 't1')
      const [user, , result] = asked.messages
      const call = {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 't1', name: 'look', input: { id } }],
      }
      return { ...asked, messages: [user, call, result] }
    }
    expect(idOf('messages', withInput('a'))).not.toBe(idOf('messages', withInput('b')))
  })
})

describe('the partition of a request', () => {
  const BODIES: readonly (readonly [Endpoint, (text: string) => object])[] = [
    [
      'chat',
      (text) => ({
        ...HELLO,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: text },
        ],
      }),
    ],
    ['chat', (text) => ({ ...HELLO, messages: [{ role: 'user', content: [{ type: 'text', text }] }] })],
    ['responses', (text) => ({ model: 'm', input: text })],
    [
      'responses',
      (text) => ({ model: 'm', input: [{ role: 'user', content: [{ type: 'input_text', text }] }] }),
    ],
    ['messages', (text) => ({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: text }] })],
    ['generate', (text) => ({ contents: [{ parts: [{ text }] }] })],
  ]

  it.each(BODIES)(
    'of %s leaves out the last thing that its user says, and nothing else: %#',
    (endpoint, body) => {
      const [one, other] = [keyOf(endpoint, body('One?')), keyOf(endpoint, body('Two?'))]
      expect(one!.id).not.toBe(other!.id)
      expect(one!.semantic()).toEqual({ partition: other!.semantic()!.partition, text: 'One?' })
      const elsewhere = keyOf(endpoint, { ...body('One?'), a_new_field: 1 })
      expect(elsewhere!.semantic()!.partition).not.toBe(one!.semantic()!.partition)
      const otherTags = keyOf(endpoint, body('One?'), { tags: ['docs'] })
      expect(otherTags!.semantic()!.partition).not.toBe(one!.semantic()!.partition)
      expect(one!.semantic()!.partition).not.toBe(one!.id)
    },
  )

  it.each([
    [
      'chat',
      {
        ...HELLO,
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: 'y' },
        ],
      },
    ],
    [
      'chat',
      {
        ...HELLO,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'x' },
              { type: 'text', text: 'y' },
            ],
          },
        ],
      },
    ],
    [
      'messages',
      {
        model: 'm',
        max_tokens: 9,
        messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] }],
      },
    ],
    ['responses', { model: 'm', input: [{ type: 'function_call_output', call_id: 'a', output: 'x' }] }],
    ['generate', { contents: [{ role: 'model', parts: [{ text: 'x' }] }] }],
  ] as const)('is none where the last message is not the user’s own text: %s %#', (endpoint, body) => {
    expect(keyOf(endpoint, body)!.semantic()).toBeUndefined()
  })
})
