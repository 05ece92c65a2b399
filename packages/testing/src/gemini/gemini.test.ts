import { ApiError, type Content, GoogleGenAI } from '@google/genai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { contextLengthExceeded, errorAfter, overloaded, rateLimited } from '../behaviour.ts'
import { countTokens } from '../count.ts'
import { type SimulatedProvider, simulatedProvider } from '../simulated-provider.ts'

const ASK = { model: 'gemini-2.5-flash', contents: 'What does it cost?' }
const TOOLS = [
  {
    functionDeclarations: [
      {
        name: 'get_weather',
        parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } },
      },
    ],
  },
]
const USE = { ...ASK, contents: 'Use get_weather.', config: { tools: TOOLS } }

let provider: SimulatedProvider
let client: GoogleGenAI

beforeAll(async () => {
  provider = await simulatedProvider({ apiKey: 'AIza-real' })
  client = new GoogleGenAI({ apiKey: 'AIza-real', httpOptions: { baseUrl: new URL(provider.url).origin } })
})
afterAll(() => provider.close())
beforeEach(() => provider.reset())

const lastRequest = () => provider.requests.at(-1)!

const post = (body: object, { method = 'generateContent', model = ASK.model, key = 'AIza-real' } = {}) =>
  fetch(`${provider.urlFor('gemini')}/models/${model}:${method}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': key },
    body: JSON.stringify(body),
  })

const said = (text: string, role = 'user') => ({ role, parts: [{ text }] })

describe('generateContent', () => {
  it('answers, and what it counts is what the client received', async () => {
    const { text, usageMetadata: usage, candidates } = await client.models.generateContent(ASK)
    expect(candidates![0]).toMatchObject({ finishReason: 'STOP', index: 0, content: { role: 'model' } })
    expect(lastRequest()).toMatchObject({ outcome: 'completed', texts: [text] })
    expect(usage!.candidatesTokenCount).toBe(countTokens(text!))
    expect(usage!.totalTokenCount).toBe(usage!.promptTokenCount! + usage!.candidatesTokenCount!)
    expect(lastRequest().nanoUsd).toBe(usage!.promptTokenCount! * 300 + usage!.candidatesTokenCount! * 2_500)
  })

  it('streams the same, with the usage so far in every chunk', async () => {
    const whole = await client.models.generateContent(ASK)
    let text = ''
    const counts: number[] = []
    for await (const chunk of await client.models.generateContentStream(ASK)) {
      text += chunk.text ?? ''
      counts.push(chunk.usageMetadata!.candidatesTokenCount!)
    }
    expect(text).toBe(whole.text)
    expect(counts).toEqual([...Array.from({ length: 24 }, (_, index) => index + 1), 24])
  })

  it('stops at a cap, and gives several answers', async () => {
    const config = { maxOutputTokens: 10, candidateCount: 2 }
    const { candidates, usageMetadata } = await client.models.generateContent({ ...ASK, config })
    expect(candidates!.map(({ finishReason }) => finishReason)).toEqual(['MAX_TOKENS', 'MAX_TOKENS'])
    expect(usageMetadata!.candidatesTokenCount).toBe(20)
  })

  it('counts thoughts beside the candidates, and what is cached within the prompt', async () => {
    provider.next({ reasoningTokens: 9, cachedTokens: 2 })
    const { usageMetadata: usage } = await client.models.generateContent(ASK)
    expect(usage).toMatchObject({
      candidatesTokenCount: 24,
      thoughtsTokenCount: 9,
      cachedContentTokenCount: 2,
    })
    expect(usage!.totalTokenCount).toBe(usage!.promptTokenCount! + 33)
    expect(lastRequest().usage).toEqual({
      input: usage!.promptTokenCount! - 2,
      cachedInput: 2,
      output: 33,
      reasoning: 9,
    })
  })

  it('shows thoughts to who asks for them', async () => {
    const config = { thinkingConfig: { includeThoughts: true } }
    const { candidates } = await client.models.generateContent({ ...ASK, config })
    expect(candidates![0]!.content!.parts!.map(({ thought }) => thought ?? false)).toEqual([true, false])
  })

  it('answers in the shape that is asked for, in either spelling of a schema', async () => {
    const responseMimeType = 'application/json'
    const ours = { type: 'object', properties: { price: { type: 'number' } } }
    const theirs = { type: 'OBJECT', properties: { price: { type: 'NUMBER' } } }
    for (const schema of [{ responseJsonSchema: ours }, { responseSchema: theirs }]) {
      const answer = await post({ contents: [said('x')], generationConfig: { responseMimeType, ...schema } })
      const { candidates } = (await answer.json()) as { candidates: { content: Content }[] }
      expect(JSON.parse(candidates[0]!.content.parts![0]!.text!)).toEqual({ price: 1 })
    }
  })

  it('is counted beforehand, free of charge', async () => {
    const { totalTokens } = await client.models.countTokens(ASK)
    expect((await client.models.generateContent(ASK)).usageMetadata!.promptTokenCount).toBe(totalTokens)
    expect(provider.requests[0]).toMatchObject({ nanoUsd: 0, outcome: 'completed' })
  })
})

describe('functions', () => {
  it('are called when the last question names them, and come whole in a stream', async () => {
    const { functionCalls } = await client.models.generateContent(USE)
    const streamed = []
    for await (const { functionCalls: calls } of await client.models.generateContentStream(USE))
      streamed.push(...(calls ?? []))
    for (const calls of [functionCalls, streamed]) {
      expect(calls).toMatchObject([{ name: 'get_weather', args: { city: 'sample' } }])
    }
    expect(lastRequest().usage.output).toBeGreaterThan(4)
  })

  it('of Gemini 3 are signed, and refused without their signature', async () => {
    const model = 'gemini-3-pro-preview'
    const { candidates } = await client.models.generateContent({ ...USE, model })
    const { content } = candidates![0]!
    const [part] = content!.parts!
    expect(part!.thoughtSignature).toEqual(expect.any(String))
    const result = { functionResponse: { name: 'get_weather', response: { output: '21' } } }
    const contents = (call: object) => [
      said(USE.contents),
      { role: 'model', parts: [call] },
      { role: 'user', parts: [result] },
    ]
    const good = await client.models.generateContent({
      ...USE,
      model,
      contents: contents(part!) as Content[],
    })
    expect(good.text).toMatch(/^The /)
    const { thoughtSignature: _, ...unsigned } = part!
    const bad = client.models.generateContent({ ...USE, model, contents: contents(unsigned) as Content[] })
    await expect(bad).rejects.toThrow(/missing a thought_signature/)
  })
})

it('embeds one content, or several at once', async () => {
  const { embeddings } = await client.models.embedContent({
    model: 'gemini-embedding-001',
    contents: ['one', 'two'],
    config: { outputDimensionality: 256 },
  })
  expect(embeddings!.map(({ values }) => values!.length)).toEqual([256, 256])
  expect(lastRequest().nanoUsd).toBe(2 * 150)
  const answer = await post(
    { content: said('one') },
    { method: 'embedContent', model: 'gemini-embedding-001' },
  )
  const { embedding } = (await answer.json()) as { embedding: { values: number[] } }
  expect(embedding.values).toHaveLength(3_072)
})

describe('errors', () => {
  it.each([
    [
      '429',
      rateLimited({ retryAfterS: 7 }),
      { status: 429, message: expect.stringContaining('"retryDelay":"7s"') },
    ],
    ['503', overloaded, { status: 503, message: expect.stringContaining('UNAVAILABLE') }],
    [
      'context',
      contextLengthExceeded,
      { status: 400, message: expect.stringContaining('exceeds the maximum number of tokens') },
    ],
  ])('%s', async (_, behaviour, error) => {
    provider.next(behaviour)
    await expect(client.models.generateContent(ASK)).rejects.toMatchObject({
      constructor: ApiError,
      ...error,
    })
  })

  it('come inside a stream', async () => {
    provider.next(errorAfter(3))
    const read = async () => {
      for await (const _ of await client.models.generateContentStream(ASK));
    }
    await expect(read()).rejects.toThrow(/INTERNAL/)
  })

  const call = { functionCall: { name: 'get_weather', args: {} } }
  const BAD: [what: string, body: object, message: RegExp][] = [
    ['no contents', {}, /contents is not specified/],
    ['a role of another dialect', { contents: [said('x', 'assistant')] }, /valid role: user, model/],
    ['empty parts', { contents: [{ role: 'user', parts: [] }] }, /must not be empty/],
    [
      'a part that is nothing',
      { contents: [{ parts: [{ type: 'text' }] }] },
      /must have one initialized field/,
    ],
    ['a field of another dialect', { contents: [said('x')], max_tokens: 5 }, /Unknown name "max_tokens"/],
    [
      'one inside its configuration',
      { contents: [said('x')], generationConfig: { max_tokens: 5 } },
      /Unknown name "max_tokens"/,
    ],
    [
      'a call without its result',
      { contents: [said('x'), { role: 'model', parts: [call] }, said('y')] },
      /number of function response parts/,
    ],
    [
      'a cap of nothing',
      { contents: [said('x')], generationConfig: { maxOutputTokens: 0 } },
      /supported range is from 1/,
    ],
    [
      'a budget and a level',
      {
        contents: [said('x')],
        generationConfig: { thinkingConfig: { thinkingBudget: 1, thinkingLevel: 'LOW' } },
      },
      /only set one of/,
    ],
    [
      'a call of no function',
      { contents: [said('x')], toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
      /without function_declarations/,
    ],
  ]
  it.each(BAD)('refuse %s with 400, and bill nothing', async (_, body, message) => {
    const answer = await post(body)
    const { error } = (await answer.json()) as { error: { status: string; message: string } }
    expect([answer.status, error.status]).toEqual([400, 'INVALID_ARGUMENT'])
    expect(error.message).toMatch(message)
    expect(lastRequest()).toMatchObject({ outcome: 'refused', nanoUsd: 0 })
  })

  it('refuse a wrong key as a bad argument, a model that is not there, and a stream that is no events', async () => {
    const contents = [said('x')]
    expect((await post({ contents }, { key: 'AIza-other' })).status).toBe(400)
    expect((await post({ contents }, { model: 'gemini-none' })).status).toBe(404)
    expect((await post({ contents }, { method: 'streamGenerateContent' })).status).toBe(400)
  })

  it('take snake_case, as Google does', async () => {
    const config = {
      generation_config: { max_output_tokens: 5 },
      system_instruction: { parts: [{ text: 'x' }] },
    }
    expect((await post({ contents: [said('x')], ...config })).status).toBe(200)
    expect(lastRequest().usage.output).toBe(5)
  })
})
