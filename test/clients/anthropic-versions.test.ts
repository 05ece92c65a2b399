import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { type Assembly, PROVIDER_KEY } from '../support/assembly.ts'
import { expectBooked, messages } from '../support/openai.ts'
import { servedBy } from './dialects.ts'

/** The one that takes no sampling fields, not even at their defaults; SDKs from 1.0 on send it, and a bearer token. */
const NEWEST = '2026-10-21'
const OLDER = '2023-06-01'

const ask = { model: 'claude-haiku-4-5', max_tokens: 50, messages }

const anthropicAt = ({ url, key }: Assembly) =>
  new Anthropic({ baseURL: new URL(url).origin, apiKey: key.secret, maxRetries: 0 })

describe('a client of Anthropic’s API', () => {
  it('of today: its version goes to the provider, its bearer token does not', async () => {
    const gateway = await servedBy('anthropic')
    await anthropicAt(gateway).messages.create(ask)
    const { headers } = gateway.provider.requests[0]!
    expect([headers['anthropic-version'], headers['x-api-key'], headers.authorization]).toEqual([
      NEWEST,
      PROVIDER_KEY,
      undefined,
    ])
    await expectBooked(gateway)
  })

  it('of before: its key is read from x-api-key, and its version goes to the provider', async () => {
    const gateway = await servedBy('anthropic')
    const answer = await fetch(`${gateway.url}/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-api-key': gateway.key.secret,
        'anthropic-version': OLDER,
      },
      body: JSON.stringify({ ...ask, temperature: 0.5 }),
    })
    expect(answer.status).toBe(200)
    expect(gateway.provider.requests[0]!.headers['anthropic-version']).toBe(OLDER)
    await expectBooked(gateway)
  })

  it('that samples by the newest version is told what the provider says of it, for nothing', async () => {
    const gateway = await servedBy('anthropic')
    const sampling = { ...ask, temperature: 1 } as Anthropic.MessageCreateParamsNonStreaming
    await expect(anthropicAt(gateway).messages.create(sampling)).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
    })
    expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
  })
})

it('a client of another dialect that samples is served by the version that takes it', async () => {
  const gateway = await servedBy('anthropic')
  const openai = new OpenAI({ baseURL: gateway.url, apiKey: gateway.key.secret, maxRetries: 0 })
  await openai.chat.completions.create({ model: 'gpt-4o-mini', messages, temperature: 0.5, top_p: 1 })
  const { headers, body } = gateway.provider.requests[0]!
  expect(headers['anthropic-version']).toBe(OLDER)
  expect(body).toMatchObject({ temperature: 0.5 })
  await expectBooked(gateway)
})
