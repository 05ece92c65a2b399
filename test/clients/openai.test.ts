import { nanoToUsd } from '@tollgate/kit/core'
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
import OpenAI, {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from 'openai'
import type { ChatCompletionChunk, ChatCompletionTool } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { type Assembly, assemble, PROVIDER_KEY } from '../support/assembly.ts'

/** The real client, told nothing but where to go and with which key. */
const clientOf = ({ url, key }: Assembly, options: ConstructorParameters<typeof OpenAI>[0] = {}) =>
  new OpenAI({ baseURL: url, apiKey: key.secret, ...options })

const model = 'gpt-4o-mini'
const messages = [{ role: 'user' as const, content: 'What does a toll keeper do all day?' }]
const budgets = [{ limit_usd: '1.00', period: 'daily' as const }]

/** Output at $100 a million and free input: a call with a cap of 1,000 tokens reserves $0.10. */
const flat = { flat: { input: '0', output: '100' } }
const flatCall = { model: 'flat', messages, max_tokens: 1000, metadata: { answer_tokens: '1000' } }

/** The books have what the provider counted, and hold nothing. */
async function expectBooked({ provider, books, atRest }: Assembly): Promise<void> {
  await atRest()
  expect(await books()).toMatchObject({ spent: provider.totals().nanoUsd, reserved: 0, unconfirmed: 0 })
}

/** The error that a call ends with. */
async function errorOf(call: PromiseLike<unknown>): Promise<APIError> {
  return Promise.resolve(call).then(
    () => expect.unreachable('the call was answered'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(APIError)
      return error as APIError
    },
  )
}

async function collect(stream: AsyncIterable<ChatCompletionChunk>): Promise<ChatCompletionChunk[]> {
  const chunks: ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

const textOf = (chunks: readonly ChatCompletionChunk[]) =>
  chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')

describe('answers', () => {
  it('chat: gives the answer of the provider, and books its count', async () => {
    const gateway = await assemble({ budgets })
    const completion = await clientOf(gateway).chat.completions.create({ model, messages })
    const [request] = gateway.provider.requests
    expect(completion.choices[0]?.message.content).toBe(request?.texts[0])
    expect(completion.usage).toMatchObject({
      prompt_tokens: request?.usage.input,
      completion_tokens: request?.usage.output,
    })
    await expectBooked(gateway)
    expect((await gateway.books()).spent).toBeGreaterThan(0)
  })

  it('chat: tells the cost and the reference through withResponse', async () => {
    const gateway = await assemble({ budgets })
    const { response, request_id } = await clientOf(gateway)
      .chat.completions.create({ model, messages }, { headers: { 'x-request-id': 'ticket-4711' } })
      .withResponse()
    expect(request_id).toBe('ticket-4711')
    expect(response.headers.get('x-tollgate-cost-usd')).toBe(nanoToUsd(gateway.provider.totals().nanoUsd))
  })

  it('stream: gives every chunk, and the usage only when it was asked for', async () => {
    const gateway = await assemble({ budgets })
    const client = clientOf(gateway)
    const plain = await collect(await client.chat.completions.create({ model, messages, stream: true }))
    const asking = await collect(
      await client.chat.completions.create({
        model,
        messages,
        stream: true,
        stream_options: { include_usage: true },
      }),
    )
    const [first, second] = gateway.provider.requests
    expect(textOf(plain)).toBe(first?.texts[0])
    expect(plain.every((chunk) => chunk.choices.length > 0 && !chunk.usage)).toBe(true)
    expect(asking.at(-1)).toMatchObject({
      choices: [],
      usage: { completion_tokens: second?.usage.output },
    })
    expect(first?.body).toMatchObject({ stream_options: { include_usage: true } })
    await expectBooked(gateway)
  })

  it('stream: works through withResponse and the stream helper', async () => {
    const gateway = await assemble({ budgets })
    const client = clientOf(gateway)
    const { data, request_id } = await client.chat.completions
      .create({ model, messages, stream: true })
      .withResponse()
    expect(textOf(await collect(data))).toBe(gateway.provider.requests[0]?.texts[0])
    expect(request_id).toMatch(/^req_/)
    const final = await client.chat.completions.stream({ model, messages }).finalContent()
    expect(final).toBe(gateway.provider.requests[1]?.texts[0])
    await expectBooked(gateway)
  })

  it('structured output: holds to the schema', async () => {
    const gateway = await assemble({ budgets })
    const completion = await clientOf(gateway).chat.completions.create({
      model,
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'toll',
          strict: true,
          schema: {
            type: 'object',
            properties: { vehicle: { type: 'string' }, axles: { type: 'integer' } },
            required: ['vehicle', 'axles'],
            additionalProperties: false,
          },
        },
      },
    })
    expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual({
      vehicle: expect.any(String),
      axles: expect.any(Number),
    })
    await expectBooked(gateway)
  })

  it('embeddings: the default, which is base64 on the wire, equals float', async () => {
    const gateway = await assemble({ budgets })
    const client = clientOf(gateway)
    const ask = { model: 'text-embedding-3-small', input: ['one toll', 'two tolls'] }
    const byDefault = await client.embeddings.create(ask)
    const asFloat = await client.embeddings.create({ ...ask, encoding_format: 'float' })
    expect(gateway.provider.requests.map(({ body }) => body)).toMatchObject([
      { encoding_format: 'base64' },
      { encoding_format: 'float' },
    ])
    expect(byDefault.data).toHaveLength(2)
    for (const [index, { embedding }] of byDefault.data.entries()) {
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 4)
      expect(embedding[7]).toBeCloseTo(asFloat.data[index]!.embedding[7]!, 6)
    }
    await expectBooked(gateway)
    expect((await gateway.books()).spent).toBeGreaterThan(0)
  })

  it('completions: as JSON and as a stream', async () => {
    const gateway = await assemble({ budgets })
    const client = clientOf(gateway)
    const ask = { model: 'gpt-3.5-turbo-instruct', prompt: 'Once upon a bridge', max_tokens: 12 }
    const answer = await client.completions.create(ask)
    let streamed = ''
    for await (const chunk of await client.completions.create({ ...ask, stream: true }))
      streamed += chunk.choices[0]?.text ?? ''
    expect([answer.choices[0]?.text, streamed]).toEqual(
      gateway.provider.requests.map(({ texts }) => texts[0]),
    )
    await expectBooked(gateway)
  })
})

describe('tools', () => {
  const tool = (name: string, property: string): ChatCompletionTool => ({
    type: 'function',
    function: {
      name,
      parameters: { type: 'object', properties: { [property]: { type: 'string' } }, required: [property] },
    },
  })
  const tools = [tool('find_bridge', 'river'), tool('price_of_passage', 'vehicle')]
  const ask = {
    model,
    tools,
    messages: [{ role: 'user' as const, content: 'Use find_bridge and price_of_passage at once.' }],
  }

  it('gives parallel calls whole, and takes their results back', async () => {
    const gateway = await assemble({ budgets })
    const client = clientOf(gateway)
    const { message, finish_reason } = (await client.chat.completions.create(ask)).choices[0]!
    expect(finish_reason).toBe('tool_calls')
    const calls = message.tool_calls ?? []
    expect(calls.map((call) => call.type === 'function' && call.function.name)).toEqual([
      'find_bridge',
      'price_of_passage',
    ])
    const results = calls.map(({ id }) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: '{"ok":true}',
    }))
    const answer = await client.chat.completions.create({
      ...ask,
      messages: [...ask.messages, message, ...results],
    })
    expect(answer.choices[0]?.message.content).toBe(gateway.provider.requests[1]?.texts[0])
    await expectBooked(gateway)
  })

  it('streams the arguments in pieces that join to the same calls', async () => {
    const gateway = await assemble({ budgets })
    const client = clientOf(gateway)
    const whole = await client.chat.completions.create(ask)
    const joined = new Map<number, string>()
    for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
      for (const { index, function: part } of chunk.choices[0]?.delta.tool_calls ?? [])
        joined.set(index, (joined.get(index) ?? '') + (part?.name ?? '') + (part?.arguments ?? ''))
    }
    const expected = (whole.choices[0]?.message.tool_calls ?? []).map((call) =>
      call.type === 'function' ? call.function.name + call.function.arguments : '',
    )
    expect([...joined.values()]).toEqual(expected)
    await expectBooked(gateway)
  })
})

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

describe('what the answer says on the wire', () => {
  it('JSON: the cost, what is left, and who served it', async () => {
    const gateway = await assemble({ budgets })
    const answer = await gateway.post('/chat/completions', { model, messages })
    const { headers } = answer
    const spent = gateway.provider.totals().nanoUsd
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{16}$/)
    expect(headers.get('x-tollgate-cost-usd')).toBe(nanoToUsd(spent))
    expect(headers.get('x-tollgate-budget-remaining-usd')).toBe(nanoToUsd(1_000_000_000 - spent))
    expect(headers.get('x-tollgate-budget-reset')).toMatch(/^\d{4}-\d\d-\d\dT00:00:00\.000Z$/)
    expect(headers.get('x-tollgate-provider')).toBe('openai')
    expect(headers.get('x-tollgate-model')).toBe(model)
    expect(headers.get('x-tollgate-attempts')).toBe('1')
    expect(Number(headers.get('content-length'))).toBe((await answer.arrayBuffer()).byteLength)
  })

  it('stream: the cost in a comment behind the last event, which no reader minds', async () => {
    const gateway = await assemble({ budgets })
    const answer = await gateway.post('/chat/completions', { model, messages, stream: true })
    const text = await answer.text()
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const cost = nanoToUsd(gateway.provider.totals().nanoUsd)
    expect(text.endsWith(`data: [DONE]\n\n: tollgate cost-usd=${cost}\n\n`)).toBe(true)
  })

  it("a provider's limits, headers and key stay behind the gateway, in answers and in errors", async () => {
    const gateway = await assemble({ budgets })
    gateway.provider.next({}, overloaded, { refusal: { status: 401, message: `Bad key ${PROVIDER_KEY}` } })
    for (const status of [200, 502, 502]) {
      const answer = await gateway.post('/chat/completions', { model, messages })
      const everything = JSON.stringify([...answer.headers]) + (await answer.text())
      expect(answer.status).toBe(status)
      expect(everything).not.toContain(PROVIDER_KEY)
      expect(everything).not.toContain('x-ratelimit')
      expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{16}$/)
    }
    expect(gateway.provider.requests[0]?.headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`)
  })
})
