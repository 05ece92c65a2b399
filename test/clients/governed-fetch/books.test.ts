import type { Behaviour } from '@tollgate/testing'
import { BadRequestError } from 'openai'
import { describe, expect, it } from 'vitest'
import { ask, expectBounded, expectExact, PROVIDER_KEY, textOf, worker } from './worker.ts'

describe('an answer is in the books before it is handed over', () => {
  it('chat', async () => {
    const it = await worker()
    const completion = await it.openai.chat.completions.create(ask())
    expect(completion.choices[0]?.message.content).toBe(it.provider.requests[0]!.texts[0])
    await expectExact(it)
  })

  it('chat with tools', async () => {
    const it = await worker()
    const completion = await it.openai.chat.completions.create(
      ask({
        tool_choice: 'required',
        tools: [
          {
            type: 'function',
            function: {
              name: 'find_orders',
              parameters: { type: 'object', properties: { day: { type: 'string' } } },
            },
          },
        ],
      }),
    )
    expect(completion.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'find_orders' },
    })
    await expectExact(it)
  })

  it('a stream, to its last event', async () => {
    const it = await worker()
    const stream = await it.openai.chat.completions.create(ask({ stream: true as const }))
    expect(await textOf(stream)).toBe(it.provider.requests[0]!.texts[0])
    await expectExact(it)
  })

  const forms: Record<string, Behaviour> = {
    'byte by byte': { cut: 1, multibyte: true },
    'in prime pieces with CRLF and comments': { cut: 7, sse: { lineEnd: '\r\n', comments: true } },
    'without [DONE]': { sse: { done: false } },
    'usage on the finish chunk': { usage: 'with-finish' },
    compressed: { gzip: true },
  }
  it.each(Object.entries(forms))('a stream %s', async (_, behaviour) => {
    const it = await worker()
    it.provider.next(behaviour)
    const stream = await it.openai.chat.completions.create(ask({ stream: true as const }))
    expect(await textOf(stream)).toBe(it.provider.requests[0]!.texts[0])
    await expectExact(it)
  })

  it('embeddings', async () => {
    const it = await worker()
    const { data } = await it.openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['one', 'two three'],
    })
    expect(data).toHaveLength(2)
    await expectExact(it)
  })

  it('a compressed JSON answer', async () => {
    const it = await worker()
    it.provider.next({ gzip: true })
    await it.openai.chat.completions.create(ask())
    await expectExact(it)
  })

  it('tells its cost and what is left', async () => {
    const it = await worker()
    const { response } = await it.openai.chat.completions.create(ask()).withResponse()
    const { spent } = await it.books()
    expect(response.headers.get('x-tollgate-cost-usd')).toBe((spent / 1e9).toFixed(9))
    expect(response.headers.get('x-tollgate-budget-reset')).toMatch(/T00:00:00.000Z$/)
    expect(response.url).toBe(`${it.provider.url}/chat/completions`)
  })

  it('charges an answer whose usage never comes for what is counted, and never less', async () => {
    const it = await worker()
    it.provider.next({ usage: 'never' }, { usage: 'never' })
    await it.openai.chat.completions.create(ask())
    await textOf(await it.openai.chat.completions.create(ask({ stream: true as const })))
    expect(await expectBounded(it)).toBeLessThan(200_000)
  })
})

describe('what is sent', () => {
  it('carries the cap that the grant pays for, and the request for usage', async () => {
    const it = await worker({ budgets: [{ limit_usd: '0.10', period: 'daily' }] })
    const { data, response } = await it.openai.chat.completions
      .create(ask({ stream: true as const }))
      .withResponse()
    await textOf(data)
    const { body } = it.provider.requests[0]!
    expect(body).toMatchObject({ stream_options: { include_usage: true } })
    expect(String((body as { max_completion_tokens?: number }).max_completion_tokens)).toBe(
      response.headers.get('x-tollgate-max-tokens'),
    )
    await expectExact(it)
  })

  it('is untouched where nothing has to change, and so is its answer', async () => {
    const it = await worker()
    const body =
      '{ "model":"gpt-4o",  "max_tokens":9, "messages":[{"role":"user","content":"1.0"}], "seed":1.0 }'
    const headers = {
      authorization: `Bearer ${PROVIDER_KEY}`,
      'content-type': 'application/json',
      'x-own': 'yes',
    }
    const request = new Request(`${it.provider.url}/chat/completions`, { method: 'post', headers, body })
    const answer = await it.fetch(request)
    expect(it.provider.requests[0]).toMatchObject({ headers: { 'x-own': 'yes' }, rawBody: Buffer.from(body) })
    expect(await answer.json()).toMatchObject({ object: 'chat.completion', usage: { completion_tokens: 9 } })
    await expectExact(it)
  })

  it('keeps the usage chunk from a reader who did not ask, and hands it to one who did', async () => {
    const it = await worker()
    const raw = async (extra: object) => {
      const answer = await it.openai.chat.completions
        .create(ask({ stream: true as const, ...extra }))
        .asResponse()
      return answer.text()
    }
    expect(await raw({})).not.toContain('prompt_tokens')
    expect((await raw({ stream_options: { include_usage: true } })).match(/"prompt_tokens"/g)).toHaveLength(1)
    await expectExact(it)
  })

  it('is nothing for a GET: models are listed as ever', async () => {
    const it = await worker({ budgets: [{ limit_usd: '0', period: 'daily' }] })
    expect((await it.openai.models.list()).data.length).toBeGreaterThan(0)
    expect(await it.books()).toEqual({ spent: 0, reserved: 0, unconfirmed: 0 })
  })
})

describe('an endpoint that has no price', () => {
  it('is refused under a hard budget, and never sent', async () => {
    const it = await worker()
    const call = it.openai.fineTuning.jobs.create({ model: 'gpt-4o-mini', training_file: 'file-of-tolls' })
    await expect(call).rejects.toMatchObject({ status: 400, code: 'price_unknown' })
    await expect(call).rejects.toBeInstanceOf(BadRequestError)
    expect(it.provider.requests).toHaveLength(0)
    expect(await it.books()).toEqual({ spent: 0, reserved: 0, unconfirmed: 0 })
  })

  it('is no way around a budget by another spelling of the path', async () => {
    const it = await worker()
    for (const path of [
      '/chat/completions/',
      '/Chat/Completions',
      '/chat%2Fcompletions',
      '/responses/compact',
    ]) {
      const answer = await it.fetch(it.provider.url + path, { method: 'POST', body: JSON.stringify(ask()) })
      expect([path, answer.status]).toEqual([path, 400])
    }
    expect(it.provider.requests).toHaveLength(0)
  })

  it('passes where only requests are counted, as one of them', async () => {
    const it = await worker({ budgets: [{ limit_requests: 1, period: 'daily' }] })
    const send = () => it.fetch(`${it.provider.url}/fine_tuning/jobs`, { method: 'POST', body: '{}' })
    await send()
    expect(it.provider.requests).toHaveLength(1)
    expect((await send()).status).toBe(429)
    expect(it.provider.requests).toHaveLength(1)
  })
})
