import { nanoToUsd } from '@tollgate/kit/core'
import { overloaded } from '@tollgate/testing'
import type { ChatCompletionTool } from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { assemble, PROVIDER_KEY } from '../support/assembly.ts'
import { budgets, clientOf, collect, expectBooked, messages, model, textOf } from '../support/openai.ts'

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
