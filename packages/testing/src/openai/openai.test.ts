import { Tiktoken } from 'js-tiktoken/lite'
import o200k from 'js-tiktoken/ranks/o200k_base'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rateLimited } from '../behaviour.ts'
import { type SimulatedProvider, simulatedProvider } from '../simulated-provider.ts'

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

let provider: SimulatedProvider
let openai: OpenAI

beforeAll(async () => {
  provider = await simulatedProvider({ apiKey: 'sk-real' })
  openai = new OpenAI({ baseURL: provider.url, apiKey: 'sk-real', maxRetries: 0 })
})
afterAll(() => provider.close())
beforeEach(() => provider.reset())

const lastRequest = () => provider.requests.at(-1)!

describe('chat', () => {
  it('answers, and what it counts is what the client received', async () => {
    const { choices, usage, ...rest } = await openai.chat.completions.create(ASK)
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
    const first = await openai.chat.completions.create(ASK)
    const second = await openai.chat.completions.create(ASK)
    const other = await openai.chat.completions.create({
      ...ASK,
      messages: [{ role: 'user', content: 'Else?' }],
    })
    let streamed = ''
    for await (const chunk of await openai.chat.completions.create({ ...ASK, stream: true })) {
      streamed += chunk.choices[0]!.delta.content ?? ''
    }
    const text = first.choices[0]!.message.content
    expect(second.choices[0]!.message.content).toBe(text)
    expect(streamed).toBe(text)
    expect(other.choices[0]!.message.content).not.toBe(text)
  })

  it('has the length that the request names, and stops at a cap', async () => {
    const long = { ...ASK, metadata: { answer_tokens: '300' } }
    const whole = await openai.chat.completions.create(long)
    expect(whole.usage!.completion_tokens).toBe(300)
    for (const cap of [{ max_tokens: 10 }, { max_completion_tokens: 10 }]) {
      const { choices, usage } = await openai.chat.completions.create({ ...long, ...cap })
      expect(choices[0]!.finish_reason).toBe('length')
      expect(usage!.completion_tokens).toBe(10)
      expect(tokens(choices[0]!.message.content!)).toBe(10)
    }
    const exact = await openai.chat.completions.create({ ...long, max_tokens: 300 })
    expect(exact.choices[0]!.finish_reason).toBe('stop')
  })

  it('bills every one of n choices', async () => {
    const { choices, usage } = await openai.chat.completions.create({ ...ASK, n: 3 })
    const texts = choices.map(({ message }) => message.content!)
    expect(new Set(texts).size).toBe(3)
    expect(usage!.completion_tokens).toBe(texts.reduce((sum, text) => sum + tokens(text), 0))
  })

  it('counts multi-byte answers, thinking and cached input for what they are', async () => {
    provider.next({ multibyte: true, reasoningTokens: 40, cachedTokens: 5, answerTokens: 30 })
    const { choices, usage } = await openai.chat.completions.create(ASK)
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
    provider.next({ reasoningTokens: 100 })
    const { choices, usage } = await openai.chat.completions.create({ ...ASK, max_completion_tokens: 50 })
    expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '' } })
    expect(usage!.completion_tokens).toBe(50)
  })

  it('says exactly what it is told to', async () => {
    provider.next({ text: 'Grüße, 世界! 👋🏽' })
    const { choices, usage } = await openai.chat.completions.create(ASK)
    expect(choices[0]!.message.content).toBe('Grüße, 世界! 👋🏽')
    expect(usage!.completion_tokens).toBe(tokens('Grüße, 世界! 👋🏽'))
  })

  it('answers in JSON where JSON is asked for', async () => {
    const free = await openai.chat.completions.create({ ...ASK, response_format: { type: 'json_object' } })
    const text = free.choices[0]!.message.content!
    expect(JSON.parse(text)).toEqual({ answer: expect.stringMatching(/^The /) })
    expect(free.usage!.completion_tokens).toBe(tokens(text))
    const schema = {
      type: 'object',
      properties: { price: { type: 'number' }, tags: { type: 'array', items: {} } },
    }
    const shaped = await openai.chat.completions.create({
      ...ASK,
      response_format: { type: 'json_schema', json_schema: { name: 'price', schema } },
    })
    expect(JSON.parse(shaped.choices[0]!.message.content!)).toEqual({ price: 1, tags: ['sample'] })
  })

  it('counts what is around the text: names, parts, images and tools', async () => {
    const promptTokens = async (extra: object) =>
      (await openai.chat.completions.create({ ...ASK, ...extra })).usage!.prompt_tokens
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
    const stream = await openai.chat.completions.create({
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
    for await (const chunk of await openai.chat.completions.create({ ...ASK, stream: true })) {
      expect(chunk).not.toHaveProperty('usage')
      expect(chunk.choices).toHaveLength(1)
    }
  })
})

describe('tools', () => {
  const ARGUMENTS = { city: 'sample', days: 1, unit: 'celsius' }

  it('are called when the last message names them', async () => {
    const { choices, usage } = await openai.chat.completions.create({
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
      const { choices } = await openai.chat.completions.create({
        ...ASK,
        tools: [WEATHER],
        tool_choice: choice,
      })
      expect(choices[0]!.message.tool_calls).toHaveLength(1)
    },
  )

  it('are left alone otherwise, and after their result', async () => {
    const quiet = await openai.chat.completions.create({ ...ASK, tools: [WEATHER] })
    expect(quiet.choices[0]!.message.tool_calls).toBeUndefined()
    const after = await openai.chat.completions.create({
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
    const runner = openai.chat.completions.stream({
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
    const { choices, usage } = await openai.chat.completions.create({
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

describe('completions', () => {
  const PROMPT = { model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon a time' }

  it('answer, capped at sixteen tokens when nobody says otherwise', async () => {
    const { choices, usage, object } = await openai.completions.create(PROMPT)
    expect(object).toBe('text_completion')
    expect(choices[0]!.finish_reason).toBe('length')
    expect(usage).toMatchObject({ prompt_tokens: tokens(PROMPT.prompt), completion_tokens: 16 })
    expect(tokens(choices[0]!.text)).toBe(16)
  })

  it('bill all of best_of and show n, for every prompt', async () => {
    const { choices, usage } = await openai.completions.create({
      ...PROMPT,
      prompt: ['one', 'two'],
      n: 2,
      best_of: 5,
      max_tokens: 7,
    })
    expect(choices).toHaveLength(4)
    expect(usage!.completion_tokens).toBe(2 * 5 * 7)
  })

  it('stream', async () => {
    let text = ''
    const stream = await openai.completions.create({
      ...PROMPT,
      stream: true,
      stream_options: { include_usage: true },
    })
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? ''
    expect(text).toBe((await openai.completions.create(PROMPT)).choices[0]!.text)
  })
})

describe('embeddings', () => {
  const SMALL = { model: 'text-embedding-3-small' }
  const length = (vector: number[]) => Math.hypot(...vector)
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0)

  it('are unit vectors, the same in base64 and as floats', async () => {
    const input = ['a budget for the team', 'the budget for a team', 'пароход']
    const decoded = await openai.embeddings.create({ ...SMALL, input })
    const floats = await openai.embeddings.create({ ...SMALL, input, encoding_format: 'float' })
    expect(provider.requests[0]!.body).toMatchObject({ encoding_format: 'base64' })
    expect(decoded.data).toEqual(floats.data)
    const [one, two, three] = floats.data.map(({ embedding }) => embedding)
    expect(one).toHaveLength(1536)
    for (const vector of [one!, two!, three!]) expect(length(vector)).toBeCloseTo(1, 5)
    expect(dot(one!, two!)).toBeCloseTo(1, 5)
    expect(Math.abs(dot(one!, three!))).toBeLessThan(0.5)
    const count = input.reduce((sum, text) => sum + tokens(text), 0)
    expect(floats.usage).toEqual({ prompt_tokens: count, total_tokens: count })
    expect(lastRequest().nanoUsd).toBe(count * 20)
  })

  it('have the dimensions that are asked for, and take tokens for text', async () => {
    const { data, usage } = await openai.embeddings.create({ ...SMALL, input: [1, 2, 3], dimensions: 256 })
    expect(data[0]!.embedding).toHaveLength(256)
    expect(usage.prompt_tokens).toBe(3)
    const large = await openai.embeddings.create({ model: 'text-embedding-3-large', input: 'x' })
    expect(large.data[0]!.embedding).toHaveLength(3072)
  })
})

describe('models', () => {
  it('are those with a price', async () => {
    const ids: string[] = []
    for await (const { id } of openai.models.list()) ids.push(id)
    expect(ids).toContain(MODEL)
    expect(await openai.models.retrieve(MODEL)).toMatchObject({ id: MODEL, object: 'model' })
    await expect(openai.models.retrieve('gpt-none')).rejects.toThrow(OpenAI.NotFoundError)
    expect(provider.totals()).toMatchObject({ requests: 3, reached: 0, nanoUsd: 0 })
  })

  it('are billed like their undated name', async () => {
    await openai.chat.completions.create({ ...ASK, model: `${MODEL}-2024-07-18` })
    expect(lastRequest().nanoUsd).toBe(lastRequest().usage.input * 150 + lastRequest().usage.output * 600)
  })
})

describe('errors', () => {
  it('refuse a wrong key', async () => {
    const stranger = new OpenAI({ baseURL: provider.url, apiKey: 'sk-other', maxRetries: 0 })
    await expect(stranger.chat.completions.create(ASK)).rejects.toMatchObject({
      constructor: OpenAI.AuthenticationError,
      code: 'invalid_api_key',
    })
    expect(provider.totals()).toMatchObject({ requests: 1, reached: 0, inputTokens: 0, nanoUsd: 0 })
  })

  const BAD: [what: string, body: object, error: object][] = [
    ['no model', { messages: ASK.messages }, { status: 400, param: 'model' }],
    ['unknown model', { ...ASK, model: 'gpt-none' }, { status: 404, code: 'model_not_found' }],
    ['no messages', { model: MODEL, messages: [] }, { status: 400, param: 'messages' }],
    ['a message that is text', { model: MODEL, messages: ['hi'] }, { status: 400, param: 'messages' }],
    [
      'a part that is nothing',
      { ...ASK, messages: [{ role: 'user', content: [null] }] },
      { param: 'messages' },
    ],
    ['n of 0', { ...ASK, n: 0 }, { status: 400, param: 'n' }],
    ['half a token', { ...ASK, max_tokens: 0.5 }, { status: 400, param: 'max_tokens' }],
    ['two caps', { ...ASK, max_tokens: 5, max_completion_tokens: 5 }, { status: 400 }],
    ['a cap above the model', { ...ASK, max_tokens: 16_385 }, { status: 400, param: 'max_tokens' }],
    ['the old cap on gpt-5', { ...ASK, model: 'gpt-5', max_tokens: 5 }, { code: 'unsupported_parameter' }],
    [
      'stream_options alone',
      { ...ASK, stream_options: { include_usage: true } },
      { param: 'stream_options' },
    ],
  ]
  it.each(BAD)('refuse %s, in the shape of OpenAI, and bill nothing', async (_, body, error) => {
    const asked = openai.chat.completions.create(body as typeof ASK)
    await expect(asked).rejects.toMatchObject({ type: 'invalid_request_error', ...error })
    expect(lastRequest()).toMatchObject({ outcome: 'refused', nanoUsd: 0 })
  })

  it('stop an answer where the context ends', async () => {
    const tight = await simulatedProvider({ countInput: () => 127_993 })
    const client = new OpenAI({ baseURL: tight.url, apiKey: 'any', maxRetries: 0 })
    const { choices, usage } = await client.chat.completions.create(ASK)
    expect([choices[0]!.finish_reason, usage!.total_tokens]).toEqual(['length', 128_000])
    await tight.close()
  })

  it('refuse an input that the context does not hold', async () => {
    const tight = await simulatedProvider({ countInput: () => 128_000 })
    const client = new OpenAI({ baseURL: tight.url, apiKey: 'any', maxRetries: 0 })
    await expect(client.chat.completions.create(ASK)).rejects.toMatchObject({
      code: 'context_length_exceeded',
    })
    await tight.close()
  })

  it('refuse what is no request: bad JSON, an array, an encoding, an address', async () => {
    const send = async (path: string, body: string, headers: Record<string, string> = {}) => {
      const init = { method: 'POST', body, headers: { authorization: 'Bearer sk-real', ...headers } }
      const response = await fetch(provider.url + path, init)
      expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } })
      return response.status
    }
    expect(await send('/chat/completions', '{"model":')).toBe(400)
    expect(await send('/chat/completions', '[]')).toBe(400)
    expect(await send('/chat/completions', 'zip', { 'content-encoding': 'gzip' })).toBe(415)
    expect(await send('/images/generations', '{}')).toBe(404)
  })

  it('are obeyed by the SDK: it waits, comes again, and is answered', async () => {
    const patient = new OpenAI({ baseURL: provider.url, apiKey: 'sk-real', maxRetries: 1 })
    provider.next(rateLimited({ retryAfterS: 0 }))
    const { choices } = await patient.chat.completions.create(ASK)
    expect(choices).toHaveLength(1)
    expect(provider.requests.map(({ status }) => status)).toEqual([429, 200])
  })
})

it('answers under any prefix, with the headers of OpenAI', async () => {
  const { origin } = new URL(provider.url)
  const response = await fetch(`${origin}/some/where/chat/completions?x=1`, {
    method: 'POST',
    body: JSON.stringify(ASK),
    headers: { authorization: 'Bearer sk-real' },
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('x-request-id')).toBe(lastRequest().id)
  expect(response.headers.get('openai-processing-ms')).toMatch(/^\d+$/)
  expect(response.headers.get('x-ratelimit-remaining-tokens')).toBe('1999000')
  await response.json()
})
