import Anthropic from '@anthropic-ai/sdk'
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  contextLengthExceeded,
  dieAfter,
  errorAfter,
  overloaded,
  rateLimited,
  serverError,
} from '../behaviour.ts'
import { countTokens } from '../count.ts'
import { type SimulatedProvider, simulatedProvider } from '../simulated-provider.ts'

const MODEL = 'claude-haiku-4-5'
const ASK = {
  model: MODEL,
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'What does it cost?' }],
}
const WEATHER = {
  name: 'get_weather',
  input_schema: {
    type: 'object' as const,
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
  },
}
const USE = { ...ASK, tools: [WEATHER], messages: [{ role: 'user' as const, content: 'Use get_weather.' }] }

let provider: SimulatedProvider
let client: Anthropic

beforeAll(async () => {
  provider = await simulatedProvider({ apiKey: 'sk-ant-real' })
  client = new Anthropic({ baseURL: provider.urlFor('anthropic'), apiKey: 'sk-ant-real', maxRetries: 0 })
})
afterAll(() => provider.close())
beforeEach(() => provider.reset())

const lastRequest = () => provider.requests.at(-1)!

/** As an older client asks: by its own header for the key, in the version that has sampling. */
const post = (body: object, headers: Record<string, string> = {}) =>
  fetch(`${provider.urlFor('anthropic')}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'sk-ant-real', 'anthropic-version': '2023-06-01', ...headers },
    body: JSON.stringify(body),
  })

describe('messages', () => {
  it('answer, and what is counted is what the client received', async () => {
    const { content, usage, ...rest } = await client.messages.create(ASK)
    expect(rest).toMatchObject({ type: 'message', role: 'assistant', model: MODEL, stop_reason: 'end_turn' })
    const [block] = content
    const text = block!.type === 'text' ? block!.text : ''
    expect(lastRequest()).toMatchObject({ outcome: 'completed', status: 200, texts: [text], body: ASK })
    expect(usage.output_tokens).toBe(countTokens(text))
    expect(lastRequest().nanoUsd).toBe(usage.input_tokens * 1_000 + usage.output_tokens * 5_000)
  })

  it('are the same as their stream', async () => {
    const whole = await client.messages.create(ASK)
    const streamed = await client.messages.stream(ASK).finalMessage()
    expect({ ...streamed, id: '' }).toMatchObject({ content: whole.content, stop_reason: whole.stop_reason })
    expect(streamed.usage).toMatchObject({
      input_tokens: whole.usage.input_tokens,
      output_tokens: whole.usage.output_tokens,
    })
    expect(provider.requests.map(({ nanoUsd }) => nanoUsd)).toEqual([
      lastRequest().nanoUsd,
      lastRequest().nanoUsd,
    ])
  })

  it('stop at their cap', async () => {
    const { stop_reason: reason, usage } = await client.messages.create({ ...ASK, max_tokens: 10 })
    expect([reason, usage.output_tokens]).toEqual(['max_tokens', 10])
  })

  it('count what is cached beside the input, at prices of its own', async () => {
    const cached = {
      type: 'text' as const,
      text: 'A long prompt.',
      cache_control: { type: 'ephemeral' as const },
    }
    provider.next({ cachedTokens: 4, cacheWriteTokens: 3 }, { cacheWriteTokens: 3 })
    const { usage } = await client.messages.create({ ...ASK, system: [cached] })
    expect(usage).toMatchObject({
      cache_read_input_tokens: 4,
      cache_creation_input_tokens: 3,
      cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 0 },
    })
    const { input, cachedInput, cacheWrite, output } = lastRequest().usage
    expect([input, cachedInput, cacheWrite]).toEqual([usage.input_tokens, 4, 3])
    expect(lastRequest().nanoUsd).toBe(input * 1_000 + 4 * 100 + 3 * 1_250 + output * 5_000)

    const hour = { ...cached, cache_control: { type: 'ephemeral' as const, ttl: '1h' as const } }
    const { usage: kept } = await client.messages.create({ ...ASK, system: [hour] })
    expect(kept.cache_creation).toEqual({ ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 3 })
  })

  it('answer in the shape that is asked for', async () => {
    const schema = { type: 'object', properties: { price: { type: 'number' } } }
    const { content } = await client.messages.create({
      ...ASK,
      output_config: { format: { type: 'json_schema', schema } },
    })
    expect(content[0]!.type === 'text' && JSON.parse(content[0]!.text)).toEqual({ price: 1 })
  })

  it('are counted beforehand, free of charge', async () => {
    const { max_tokens: _, ...asked } = USE
    const { input_tokens } = await client.messages.countTokens(asked)
    expect((await client.messages.create(USE)).usage.input_tokens).toBe(input_tokens)
    expect(provider.requests[0]).toMatchObject({ nanoUsd: 0, outcome: 'completed' })
  })
})

describe('tools', () => {
  it('are called when the last message names them, whole and streamed, and are answered', async () => {
    const whole = await client.messages.create(USE)
    const streamed = await client.messages.stream(USE).finalMessage()
    for (const { content, stop_reason: reason } of [whole, streamed]) {
      expect(reason).toBe('tool_use')
      expect(content).toMatchObject([
        { type: 'tool_use', name: 'get_weather', input: { city: 'sample', days: 1 } },
      ])
    }
    const call = whole.content[0]!
    const result = {
      type: 'tool_result' as const,
      tool_use_id: 'id' in call ? call.id : '',
      content: '21 degrees',
    }
    const answer = await client.messages.create({
      ...USE,
      messages: [
        ...USE.messages,
        { role: 'assistant', content: whole.content },
        { role: 'user', content: [result] },
      ],
    })
    expect(answer.content.map(({ type }) => type)).toEqual(['text'])
  })

  it.each([{ type: 'any' }, { type: 'tool', name: 'get_weather' }] as const)(
    'are called by %j',
    async (choice) => {
      const { stop_reason: reason } = await client.messages.create({
        ...ASK,
        tools: [WEATHER],
        tool_choice: choice,
      })
      expect(reason).toBe('tool_use')
    },
  )
})

describe('thinking', () => {
  const THINK = { ...ASK, max_tokens: 2_000, thinking: { type: 'enabled', budget_tokens: 1_024 } as const }

  it('is shown, signed and billed, and taken back', async () => {
    const { content, usage } = await client.messages.create(THINK)
    expect(content.map(({ type }) => type)).toEqual(['thinking', 'text'])
    expect(usage.output_tokens_details).toEqual({ thinking_tokens: 16 })
    const streamed = await client.messages.stream(THINK).finalMessage()
    expect(streamed.content).toEqual(content)
    const messages: MessageParam[] = [
      ...ASK.messages,
      { role: 'assistant', content },
      { role: 'user', content: 'Really?' },
    ]
    await client.messages.create({ ...THINK, messages })
    const [thought] = content
    const forged = thought!.type === 'thinking' ? { ...thought!, thinking: 'Something else.' } : thought!
    messages[1] = { role: 'assistant', content: [forged] }
    await expect(client.messages.create({ ...THINK, messages })).rejects.toThrow(/Invalid `signature`/)
  })

  it('is billed and not told where nobody has asked for it', async () => {
    provider.next({ reasoningTokens: 8 }, { reasoningTokens: 8 })
    const whole = await client.messages.create(ASK)
    const streamed = await client.messages.stream(ASK).finalMessage()
    for (const { content, usage } of [whole, streamed]) {
      expect(content.map(({ type }) => type)).toEqual(['text'])
      expect(usage.output_tokens).toBe(24 + 8)
    }
  })
})

describe('errors', () => {
  it.each([
    ['429', rateLimited({ retryAfterS: 7 }), { status: 429, type: 'rate_limit_error' }],
    ['500', serverError, { status: 500, type: 'api_error' }],
    ['overload, which has a status of its own', overloaded, { status: 529, type: 'overloaded_error' }],
    [
      'context',
      contextLengthExceeded,
      { status: 400, message: expect.stringContaining('prompt is too long') },
    ],
  ])('%s', async (_, behaviour, error) => {
    provider.next(behaviour)
    await expect(client.messages.create(ASK)).rejects.toMatchObject(error)
    expect(lastRequest()).toMatchObject({ outcome: 'refused', nanoUsd: 0 })
  })

  it.each([errorAfter(3), dieAfter(3)])('end a stream: %j', async (behaviour) => {
    provider.next(behaviour)
    await expect(client.messages.stream(ASK).finalMessage()).rejects.toThrow(Anthropic.AnthropicError)
    expect(lastRequest().usage.output).toBe(3)
  })

  const user = (content: unknown) => ({ role: 'user', content })
  const assistant = (content: unknown) => ({ role: 'assistant', content })
  const call = { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} }
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: '21' }
  const BAD: [what: string, fields: object, message: RegExp][] = [
    ['no cap', { max_tokens: undefined }, /^max_tokens: Field required/],
    ['a cap above the model', { max_tokens: 64_001 }, /maximum allowed number of output tokens/],
    ['a field of another dialect', { max_completion_tokens: 5 }, /^max_completion_tokens: Extra inputs/],
    ['no messages', { messages: [] }, /at least one message/],
    ['the assistant first', { messages: [assistant('Hello.')] }, /first message must use the "user" role/],
    [
      'a system message',
      { messages: [{ role: 'system', content: 'x' }] },
      /Input should be 'user' or 'assistant'/,
    ],
    ['empty text', { messages: [user([{ type: 'text', text: '' }])] }, /must be non-empty/],
    ['empty content', { messages: [user([])] }, /must have non-empty content/],
    ['a result without its call', { messages: [user([result])] }, /unexpected `tool_use_id`/],
    [
      'a call without its result',
      { messages: [user('x'), assistant([call]), user('y')] },
      /without `tool_result`/,
    ],
    [
      'a result behind a text',
      { messages: [user('x'), assistant([call]), user([{ type: 'text', text: 'y' }, result])] },
      /without `tool_result`/,
    ],
    ['a call at the end', { messages: [user('x'), assistant([call])] }, /without `tool_result`/],
    [
      'an id that it does not take',
      { messages: [user('x'), assistant([{ ...call, id: 'call:1' }])] },
      /should match pattern/,
    ],
    [
      'a schema that is no object',
      { tools: [{ name: 'a', input_schema: { type: 'string' } }] },
      /Input should be 'object'/,
    ],
    [
      'a choice among no tools',
      { tool_choice: { type: 'any' } },
      /only be specified while providing `tools`/,
    ],
    ['a small budget', { thinking: { type: 'enabled', budget_tokens: 10 } }, /greater than or equal to 1024/],
    [
      'a budget over the cap',
      { thinking: { type: 'enabled', budget_tokens: 1_024 } },
      /must be greater than/,
    ],
    ['both samplers', { temperature: 1, top_p: 1 }, /cannot both be specified/],
    ['heat', { temperature: 2 }, /range: 0\.\.1/],
  ]
  it.each(BAD)('refuse %s with 400, and bill nothing', async (_, fields, message) => {
    const answer = await post({ ...ASK, ...fields })
    const { error } = (await answer.json()) as { error: { type: string; message: string } }
    expect([answer.status, error.type]).toEqual([400, 'invalid_request_error'])
    expect(error.message).toMatch(message)
    expect(lastRequest()).toMatchObject({ outcome: 'refused', nanoUsd: 0 })
  })

  it('refuse a wrong key, a missing version, sampling in the newest one, and a model that is not there', async () => {
    expect((await post(ASK, { 'x-api-key': 'sk-other' })).status).toBe(401)
    expect((await post(ASK, { 'anthropic-version': '1999-01-01' })).status).toBe(400)
    expect((await post({ ...ASK, temperature: 1 })).status).toBe(200)
    expect((await post({ ...ASK, temperature: 1 }, { 'anthropic-version': '2026-10-21' })).status).toBe(400)
    expect((await post({ ...ASK, model: 'claude-none' })).status).toBe(404)
  })

  it('take turns of one side that follow each other', async () => {
    const messages = [user('What'), user('is it?')]
    expect((await post({ ...ASK, messages })).status).toBe(200)
  })
})
