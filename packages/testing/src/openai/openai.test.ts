import OpenAI from 'openai'
import { beforeEach, describe, expect, it } from 'vitest'
import { throughout } from '../../../../test/support/throughout.ts'
import { rateLimited } from '../behaviour.ts'
import { simulatedProvider } from '../simulated-provider.ts'

const MODEL = 'gpt-4o-mini'
const ASK = { model: MODEL, messages: [{ role: 'user' as const, content: 'What does it cost?' }] }
const provider = throughout(() => simulatedProvider({ apiKey: 'sk-real' }))
const openai = () => new OpenAI({ baseURL: provider().url, apiKey: 'sk-real', maxRetries: 0 })
beforeEach(() => provider().reset())

const lastRequest = () => provider().requests.at(-1)!

describe('models', () => {
  it('are those with a price', async () => {
    const ids: string[] = []
    for await (const { id } of openai().models.list()) ids.push(id)
    expect(ids).toContain(MODEL)
    expect(await openai().models.retrieve(MODEL)).toMatchObject({ id: MODEL, object: 'model' })
    await expect(openai().models.retrieve('gpt-none')).rejects.toThrow(OpenAI.NotFoundError)
    expect(provider().totals()).toMatchObject({ requests: 3, reached: 0, nanoUsd: 0 })
  })

  it('are billed like their undated name', async () => {
    await openai().chat.completions.create({ ...ASK, model: `${MODEL}-2024-07-18` })
    expect(lastRequest().nanoUsd).toBe(lastRequest().usage.input * 150 + lastRequest().usage.output * 600)
  })
})

describe('errors', () => {
  it('refuse a wrong key', async () => {
    const stranger = new OpenAI({ baseURL: provider().url, apiKey: 'sk-other', maxRetries: 0 })
    await expect(stranger.chat.completions.create(ASK)).rejects.toMatchObject({
      constructor: OpenAI.AuthenticationError,
      code: 'invalid_api_key',
    })
    expect(provider().totals()).toMatchObject({ requests: 1, reached: 0, inputTokens: 0, nanoUsd: 0 })
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
    const asked = openai().chat.completions.create(body as typeof ASK)
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
      const response = await fetch(provider().url + path, init)
      expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } })
      return response.status
    }
    expect(await send('/chat/completions', '{"model":')).toBe(400)
    expect(await send('/chat/completions', '[]')).toBe(400)
    expect(await send('/chat/completions', 'zip', { 'content-encoding': 'gzip' })).toBe(415)
    expect(await send('/images/colorings', '{}')).toBe(404)
  })

  it('are obeyed by the SDK: it waits, comes again, and is answered', async () => {
    const patient = new OpenAI({ baseURL: provider().url, apiKey: 'sk-real', maxRetries: 1 })
    provider().next(rateLimited({ retryAfterS: 0 }))
    const { choices } = await patient.chat.completions.create(ASK)
    expect(choices).toHaveLength(1)
    expect(provider().requests.map(({ status }) => status)).toEqual([429, 200])
  })
})

it('answers under any prefix, with the headers of OpenAI', async () => {
  const { origin } = new URL(provider().url)
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
