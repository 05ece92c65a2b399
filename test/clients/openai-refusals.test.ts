import {
  contextLengthExceeded,
  dieAfter,
  errorAfter,
  gate,
  overloaded,
  serverError,
  type TestKey,
  testKey,
} from '@tollgate/testing'
import {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai'
import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'
import {
  budgets,
  clientOf,
  errorOf,
  expectBooked,
  flat,
  flatCall,
  messages,
  model,
  textOf,
} from '../support/openai.ts'

describe('budgets', () => {
  it('raises RateLimitError on budget_exceeded, and does not retry', async () => {
    const gateway = await assemble({ budgets: [{ limit_usd: '0.10', period: 'daily' }], prices: flat })
    const client = clientOf(gateway)
    await client.chat.completions.create(flatCall)
    const error = await errorOf(client.chat.completions.create(flatCall))
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ status: 429, code: 'budget_exceeded', type: 'insufficient_quota' })
    expect(error.message).toMatch(/^429 Tollgate: key .+ has used \$0\.10 of its \$0\.10 daily budget/)
    expect(gateway.answered.map(({ status }) => status)).toEqual([200, 429])
    expect(gateway.provider.totals().requests).toBe(1)
    await expectBooked(gateway)
  })

  it('answers 402 where a service asked for it, which no client retries', async () => {
    const gateway = await assemble({
      budgets: [{ limit_usd: '0.05', period: 'total' }],
      prices: flat,
      reserve: { refusals: { status: 402 } },
    })
    const error = await errorOf(clientOf(gateway).chat.completions.create(flatCall))
    expect(error).toMatchObject({ status: 402, code: 'budget_exceeded' })
    expect(gateway.answered).toHaveLength(1)
    expect(gateway.provider.totals().requests).toBe(0)
  })

  it('retries budget_reserved by itself, and succeeds once the running request has settled', async () => {
    const gateway = await assemble({ budgets: [{ limit_usd: '0.15', period: 'daily' }], prices: flat })
    const door = gate()
    gateway.provider.next({ hold: door, answerTokens: 10 })
    const first = clientOf(gateway).chat.completions.create(flatCall)
    const running = first.then((completion) => completion.usage?.completion_tokens)
    await gateway.provider.waitFor(({ requests }) => requests.length === 1)

    const refusals: string[] = []
    const client = clientOf(gateway, {
      // The first request is let go when the refusal of the second has arrived, and before its client has read it.
      async fetch(url, init) {
        const answer = await fetch(url, init)
        if (answer.status === 429) {
          refusals.push(((await answer.clone().json()) as { error: { code: string } }).error.code)
          door.open()
          await running
        }
        return answer
      },
    })
    const second = await client.chat.completions.create(flatCall)
    expect(second.usage?.completion_tokens).toBe(1000)
    expect(await running).toBe(10)
    expect(refusals).toEqual(['budget_reserved'])
    expect(gateway.answered.map(({ status }) => status)).toEqual([429, 200, 200])
    expect(gateway.provider.totals().requests).toBe(2)
    await expectBooked(gateway)
  })
})

describe('refusals', () => {
  const revoked = (key: TestKey): TestKey => ({ ...key, record: { ...key.record, revokedAtMs: 1 } })
  const keys = { revoked: revoked(testKey()), expired: testKey({ expiresAtMs: 1 }), unknown: testKey() }

  it('raises one AuthenticationError for a key that is missing, wrong, revoked or expired', async () => {
    const gateway = await assemble({ keys: [keys.revoked, keys.expired] })
    const clients = [
      clientOf(gateway, { defaultHeaders: { authorization: null } }),
      clientOf(gateway, { apiKey: 'sk-proj-somebody-pasted-the-wrong-one' }),
      clientOf(gateway, { apiKey: `${gateway.key.secret}x` }),
      ...Object.values(keys).map(({ secret }) => clientOf(gateway, { apiKey: secret })),
    ]
    const errors = await Promise.all(
      clients.map((client) => errorOf(client.chat.completions.create({ model, messages }))),
    )
    for (const error of errors) {
      expect(error).toBeInstanceOf(AuthenticationError)
      expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' })
    }
    expect(new Set(errors.map(({ message }) => message.replace(/Ref \S+$/, ''))).size).toBe(1)
    expect(gateway.answered).toHaveLength(clients.length)
    expect(gateway.provider.totals().requests).toBe(0)
  })

  it('raises PermissionDeniedError outside the tier, naming the tier that has it', async () => {
    const gateway = await assemble({
      tiers: {
        default: { models: [model] },
        project: { models: ['gpt-4o'], approval: 'team-lead' },
      },
    })
    const client = clientOf(gateway)
    await client.chat.completions.create({ model, messages })
    const error = await errorOf(client.chat.completions.create({ model: 'gpt-4o', messages }))
    expect(error).toBeInstanceOf(PermissionDeniedError)
    expect(error).toMatchObject({ status: 403, code: 'model_not_allowed', param: 'model' })
    expect(error.message).toMatch(
      /Tollgate: Tier default does not include gpt-4o\. Tier project does .*team-lead/,
    )
    expect(gateway.provider.totals().requests).toBe(1)
    await expectBooked(gateway)
  })

  it("raises NotFoundError: the gateway's where no route leads, the provider's where it knows no such model", async () => {
    const routed = await assemble({
      routing: (simulated) => ({ providers: [simulated], routes: { [model]: [`openai/${model}`] } }),
    })
    const nowhere = await errorOf(clientOf(routed).chat.completions.create({ model: 'gpt-9', messages }))
    expect(nowhere).toBeInstanceOf(NotFoundError)
    expect(nowhere).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
    expect(nowhere.message).toContain('Tollgate:')
    expect(routed.provider.totals().requests).toBe(0)

    const open = await assemble({ budgets })
    const unknown = await errorOf(clientOf(open).chat.completions.create({ model: 'gpt-9', messages }))
    expect(unknown).toBeInstanceOf(NotFoundError)
    expect(unknown.message).not.toContain('Tollgate:')
    await expectBooked(open)
  })

  it("raises BadRequestError: the gateway's own, and the provider's as it said it, for nothing", async () => {
    const gateway = await assemble({ budgets })
    const client = clientOf(gateway)
    const own = await errorOf(client.chat.completions.create({ model, messages, n: 1000 }))
    expect(own).toBeInstanceOf(BadRequestError)
    expect(own).toMatchObject({ status: 400, code: 'invalid_request', param: 'n' })
    expect(gateway.provider.totals().requests).toBe(0)

    gateway.provider.next(contextLengthExceeded)
    const theirs = await errorOf(client.chat.completions.create({ model, messages }))
    expect(theirs).toBeInstanceOf(BadRequestError)
    expect(theirs).toMatchObject({ status: 400, code: 'context_length_exceeded', param: 'messages' })
    expect(gateway.answered.map(({ status }) => status)).toEqual([400, 400])
    await expectBooked(gateway)
    expect((await gateway.books()).spent).toBe(0)
  })
})

describe('when the provider fails', () => {
  it('502: is retried by the client, and only the answer is paid for', async () => {
    const gateway = await assemble({ budgets })
    gateway.provider.next(serverError)
    const completion = await clientOf(gateway).chat.completions.create({ model, messages })
    expect(completion.choices[0]?.message.content).toBe(gateway.provider.requests[1]?.texts[0])
    expect(gateway.answered.map(({ status }) => status)).toEqual([502, 200])
    await expectBooked(gateway)
  })

  it('502: carries the public words of the provider', async () => {
    const gateway = await assemble({ budgets })
    gateway.provider.next(overloaded)
    const client = clientOf(gateway, { maxRetries: 0 })
    const error = await errorOf(client.chat.completions.create({ model, messages }))
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).toMatchObject({ status: 502, code: 'provider_error' })
    expect(error.message).toContain('openai answered 503: The engine is currently overloaded.')
    await expectBooked(gateway)
  })

  it('503: is retried while it cannot be reached, and nothing is spent', async () => {
    const gateway = await assemble({
      budgets,
      // Port 1 of the loopback answers nobody.
      routing: (simulated) => ({ providers: [{ ...simulated, baseUrl: 'http://127.0.0.1:1/v1' }] }),
    })
    const client = clientOf(gateway, { maxRetries: 1 })
    const error = await errorOf(client.chat.completions.create({ model, messages }))
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).toMatchObject({ status: 503, code: 'provider_unavailable' })
    expect(gateway.answered.map(({ status }) => status)).toEqual([503, 503])
    await expectBooked(gateway)
  })

  it('504: is charged for what may have been generated meanwhile', async () => {
    const gateway = await assemble({ budgets, timeouts: { firstByteMs: 50 } })
    const door = gate()
    gateway.provider.next({ hold: door })
    const client = clientOf(gateway, { maxRetries: 0 })
    const error = await errorOf(client.chat.completions.create({ model, messages, max_tokens: 100 }))
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).toMatchObject({ status: 504, code: 'provider_timeout' })
    await gateway.atRest()
    expect((await gateway.books()).spent).toBeGreaterThanOrEqual(gateway.provider.totals().nanoUsd)
    expect((await gateway.books()).spent).toBeGreaterThan(0)
  })
})

describe('streams that end early', () => {
  const stream = { model, messages, stream: true as const, metadata: { answer_tokens: '200' } }

  it('abort: ends the upstream, and charges for what was generated', async () => {
    const gateway = await assemble({ budgets })
    gateway.provider.next({ pause: { afterChunks: 5, until: gate() } })
    const answer = await clientOf(gateway).chat.completions.create(stream)
    let chunks = 0
    for await (const chunk of answer) {
      if (chunk.choices[0]?.delta.content) chunks += 1
      if (chunks === 5) answer.controller.abort()
    }
    expect(chunks).toBe(5)
    await gateway.provider.waitFor(({ requests }) => requests[0]?.outcome === 'aborted')
    await gateway.atRest()
    const { spent } = await gateway.books()
    expect(gateway.provider.totals().nanoUsd).toBeGreaterThan(0)
    expect(spent).toBeGreaterThanOrEqual(gateway.provider.totals().nanoUsd)
    expect(gateway.provider.openStreams).toBe(0)
  })

  it('abort before the first byte: is charged, since the model may have been at work', async () => {
    const gateway = await assemble({ budgets })
    gateway.provider.next({ hold: gate() })
    const controller = new AbortController()
    const call = clientOf(gateway).chat.completions.create(
      { model, messages, max_tokens: 100 },
      { signal: controller.signal },
    )
    const aborted = expect(call).rejects.toBeInstanceOf(APIUserAbortError)
    await gateway.provider.waitFor(({ requests }) => requests.length === 1)
    controller.abort()
    await aborted
    await gateway.provider.waitFor(({ requests }) => requests[0]?.outcome === 'aborted')
    await gateway.atRest()
    const { spent } = await gateway.books()
    expect(gateway.provider.totals().nanoUsd).toBeGreaterThan(0)
    expect(spent).toBeGreaterThanOrEqual(gateway.provider.totals().nanoUsd)
  })

  it.each([
    ['breaks off', dieAfter(5), 'provider_error'],
    ['sends an error', errorAfter(5), null],
  ] as const)('raises when the provider %s, rather than end as a success', async (_, behaviour, code) => {
    const gateway = await assemble({ budgets })
    gateway.provider.next(behaviour)
    const seen: ChatCompletionChunk[] = []
    const read = async () => {
      for await (const chunk of await clientOf(gateway).chat.completions.create(stream)) seen.push(chunk)
    }
    const error = await errorOf(read())
    expect(error.code).toBe(code)
    expect(textOf(seen)).toBe(gateway.provider.requests[0]?.texts[0])
    await gateway.atRest()
    const { spent } = await gateway.books()
    expect(gateway.provider.totals().nanoUsd).toBeGreaterThan(0)
    expect(spent).toBeGreaterThanOrEqual(gateway.provider.totals().nanoUsd)
  })
})
