import { Tiktoken } from 'js-tiktoken/lite'
import o200k from 'js-tiktoken/ranks/o200k_base'
import OpenAI from 'openai'
import { beforeEach, describe, expect, it } from 'vitest'
import { throughout } from '../../../../test/support/throughout.ts'
import { simulatedProvider } from '../simulated-provider.ts'

const tiktoken = new Tiktoken(o200k)
const tokens = (text: string) => tiktoken.encode(text, [], []).length

const MODEL = 'gpt-4o-mini'
const ASK = { model: MODEL, messages: [{ role: 'user' as const, content: 'What does it cost?' }] }
const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer' },
        unit: { enum: ['celsius', 'kelvin'] },
      },
    },
  },
}

const provider = throughout(() => simulatedProvider({ apiKey: 'sk-real' }))
const openai = () => new OpenAI({ baseURL: provider().url, apiKey: 'sk-real', maxRetries: 0 })
beforeEach(() => provider().reset())

const lastRequest = () => provider().requests.at(-1)!

describe('chat', () => {
  it('answers, and what it counts is what the client received', async () => {
    const { choices, usage, ...rest } = await openai().chat.completions.create(ASK)
    const text = choices[0]!.message.content!
    expect(rest).toMatchObject({ object: 'chat.completion', model: MODEL })
    expect(choices[0]).toMatchObject({ index: 0, finish_reason: 'stop', message: { role: 'assistant' } })
    expect(usage!.completion_tokens).toBe(tokens(text))
    // Three around the message, one for its role, three to begin the answer.
    expect(usage!.prompt_tokens).toBe(tokens('What does it cost?') + 7)
    expect(usage!.total_tokens).toBe(usage!.prompt_tokens + usage!.completion_tokens)
    expect(lastRequest()).toMatchObject({ outcome: 'completed', status: 200, texts: [text], body: ASK })
    expect(lastRequest().nanoUsd).toBe(usage!.prompt_tokens * 150 + usage!.completion_tokens * 600)
  })

  it('gives the same answer to the same request, streamed or not', async () => {
    const first = await openai().chat.completions.create(ASK)
    const second = await openai().chat.completions.create(ASK)
    const other = await openai().chat.completions.create({
      ...ASK,
      messages: [{ role: 'user', content: 'Else?' }],
    })
    let streamed = ''
    for await (const chunk of await openai().chat.completions.create({ ...ASK, stream: true })) {
      streamed += chunk.choices[0]!.delta.content ?? ''
    }
    const text = first.choices[0]!.message.content
    expect(second.choices[0]!.message.content).toBe(text)
    expect(streamed).toBe(text)
    expect(other.choices[0]!.message.content).not.toBe(text)
  })

  it('has the length that the request names, and stops at a cap', async () => {
    const long = { ...ASK, metadata: { answer_tokens: '300' } }
    const whole = await openai().chat.completions.create(long)
    expect(whole.usage!.completion_tokens).toBe(300)
    for (const cap of [{ max_tokens: 10 }, { max_completion_tokens: 10 }]) {
      const { choices, usage } = await openai().chat.completions.create({ ...long, ...cap })
      expect(choices[0]!.finish_reason).toBe('length')
      expect(usage!.completion_tokens).toBe(10)
      expect(tokens(choices[0]!.message.content!)).toBe(10)
    }
    const exact = await openai().chat.completions.create({ ...long, max_tokens: 300 })
    expect(exact.choices[0]!.finish_reason).toBe('stop')
  })

  it('bills every one of n choices', async () => {
    const { choices, usage } = await openai().chat.completions.create({ ...ASK, n: 3 })
    const texts = choices.map(({ message }) => message.content!)
    expect(new Set(texts).size).toBe(3)
    expect(usage!.completion_tokens).toBe(texts.reduce((sum, text) => sum + tokens(text), 0))
  })

  it('counts multi-byte answers, thinking and cached input for what they are', async () => {
    provider().next({ multibyte: true, reasoningTokens: 40, cachedTokens: 5, answerTokens: 30 })
    const { choices, usage } = await openai().chat.completions.create(ASK)
    const text = choices[0]!.message.content!
    expect(Buffer.byteLength(text)).toBeGreaterThan(text.length * 1.3)
    expect(tokens(text)).toBe(30)
    expect(usage).toMatchObject({
      completion_tokens: 70,
      completion_tokens_details: { reasoning_tokens: 40 },
      prompt_tokens_details: { cached_tokens: 5 },
    })
    expect(lastRequest().usage).toEqual({
      input: usage!.prompt_tokens - 5,
      cachedInput: 5,
      output: 70,
      reasoning: 40,
    })
    expect(lastRequest().nanoUsd).toBe((usage!.prompt_tokens - 5) * 150 + 5 * 75 + 70 * 600)
  })

  it('thinks within the cap, and may have no words left', async () => {
    provider().next({ reasoningTokens: 100 })
    const { choices, usage } = await openai().chat.completions.create({ ...ASK, max_completion_tokens: 50 })
    expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '' } })
    expect(usage!.completion_tokens).toBe(50)
  })

  it('says exactly what it is told to', async () => {
    provider().next({ text: 'Grüße, 世界! 👋🏽' })
    const { choices, usage } = await openai().chat.completions.create(ASK)
    expect(choices[0]!.message.content).toBe('Grüße, 世界! 👋🏽')
    expect(usage!.completion_tokens).toBe(tokens('Grüße, 世界! 👋🏽'))
  })

  it('answers in JSON where JSON is asked for', async () => {
    const free = await openai().chat.completions.create({ ...ASK, response_format: { type: 'json_object' } })
    const text = free.choices[0]!.message.content!
    expect(JSON.parse(text)).toEqual({ answer: expect.stringMatching(/^The /) })
    expect(free.usage!.completion_tokens).toBe(tokens(text))
    const schema = {
      type: 'object',
      properties: { price: { type: 'number' }, tags: { type: 'array', items: {} } },
    }
    const shaped = await openai().chat.completions.create({
      ...ASK,
      response_format: { type: 'json_schema', json_schema: { name: 'price', schema } },
    })
    expect(JSON.parse(shaped.choices[0]!.message.content!)).toEqual({ price: 1, tags: ['sample'] })
  })

  it('counts what is around the text: names, parts, images and tools', async () => {
    const promptTokens = async (extra: object) =>
      (await openai().chat.completions.create({ ...ASK, ...extra })).usage!.prompt_tokens
    const plain = await promptTokens({})
    const message = (more: object) => ({ messages: [{ ...ASK.messages[0], ...more }] })
    expect(await promptTokens(message({ name: 'ada' }))).toBe(plain + 1 + tokens('ada'))
    expect(await promptTokens({ tools: [WEATHER] })).toBe(plain + tokens(JSON.stringify([WEATHER])))
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } }
    const text = { type: 'text', text: ASK.messages[0]!.content }
    expect(await promptTokens(message({ content: [text, image] }))).toBe(plain + 85)
  })
})

describe('streams', () => {
  it('tell the usage once, at the end, when it was asked for', async () => {
    const stream = await openai().chat.completions.create({
      ...ASK,
      n: 2,
      stream: true,
      stream_options: { include_usage: true },
    })
    const texts = ['', '']
    const reasons: unknown[] = []
    const usages: unknown[] = []
    for await (const { choices, usage } of stream) {
      usages.push(usage)
      if (usage) expect(choices).toEqual([])
      for (const { index, delta, finish_reason } of choices) {
        texts[index] += delta.content ?? ''
        if (finish_reason) reasons.push(finish_reason)
      }
    }
    const output = tokens(texts[0]!) + tokens(texts[1]!)
    expect(reasons).toEqual(['stop', 'stop'])
    expect(usages.slice(0, -1).every((usage) => usage === null)).toBe(true)
    expect(usages.at(-1)).toMatchObject({ completion_tokens: output })
    expect(lastRequest()).toMatchObject({ streamed: true, chunksSent: output, usage: { output }, texts })
  })

  it('say nothing of usage when nobody asked', async () => {
    for await (const chunk of await openai().chat.completions.create({ ...ASK, stream: true })) {
      expect(chunk).not.toHaveProperty('usage')
      expect(chunk.choices).toHaveLength(1)
    }
  })
})

describe('tools', () => {
  const ARGUMENTS = { city: 'sample', days: 1, unit: 'celsius' }

  it('are called when the last message names them', async () => {
    const { choices, usage } = await openai().chat.completions.create({
      ...ASK,
      messages: [{ role: 'user', content: 'Use get_weather, please.' }],
      tools: [WEATHER],
    })
    const { finish_reason: reason, message } = choices[0]!
    expect(reason).toBe('tool_calls')
    expect(message.content).toBeNull()
    const call = message.tool_calls![0]!
    if (call.type !== 'function') throw new Error('expected a function call')
    expect(call.function.name).toBe('get_weather')
    expect(JSON.parse(call.function.arguments)).toEqual(ARGUMENTS)
    expect(usage!.completion_tokens).toBe(tokens('get_weather') + tokens(call.function.arguments))
  })

  it.each(['required', { type: 'function', function: { name: 'get_weather' } }] as const)(
    'are called when tool_choice says %j',
    async (choice) => {
      const { choices } = await openai().chat.completions.create({
        ...ASK,
        tools: [WEATHER],
        tool_choice: choice,
      })
      expect(choices[0]!.message.tool_calls).toHaveLength(1)
    },
  )

  it('are left alone otherwise, and after their result', async () => {
    const quiet = await openai().chat.completions.create({ ...ASK, tools: [WEATHER] })
    expect(quiet.choices[0]!.message.tool_calls).toBeUndefined()
    const after = await openai().chat.completions.create({
      ...ASK,
      messages: [
        { role: 'user', content: 'Use get_weather.' },
        {
          role: 'assistant',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'get_weather says 21 degrees' },
      ],
      tools: [WEATHER],
    })
    expect(after.choices[0]!.finish_reason).toBe('stop')
  })

  it('stream their arguments in deltas that the SDK puts together', async () => {
    const other = { type: 'function' as const, function: { name: 'get_time' } }
    const runner = openai().chat.completions.stream({
      ...ASK,
      messages: [{ role: 'user', content: 'get_weather and get_time' }],
      tools: [WEATHER, other],
    })
    const { choices } = await runner.finalChatCompletion()
    const calls = choices[0]!.message.tool_calls!
    expect(calls.map((call) => call.type === 'function' && call.function.name)).toEqual([
      'get_weather',
      'get_time',
    ])
    const [first] = calls
    expect(first!.type === 'function' && JSON.parse(first!.function.arguments)).toEqual(ARGUMENTS)
    expect(lastRequest().chunksSent).toBeGreaterThan(8)
  })

  it('are cut in the middle of their arguments by a cap', async () => {
    const { choices, usage } = await openai().chat.completions.create({
      ...ASK,
      tools: [WEATHER],
      tool_choice: 'required',
      max_tokens: 5,
    })
    const call = choices[0]!.message.tool_calls![0]!
    expect(choices[0]!.finish_reason).toBe('length')
    expect(usage!.completion_tokens).toBeLessThanOrEqual(5)
    expect(() => JSON.parse(call.type === 'function' ? call.function.arguments : '{}')).toThrow(SyntaxError)
  })
})
