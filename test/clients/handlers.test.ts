import { budgetReserve, charge, usage, usageReconcile } from '@tollgate/kit'
import { contextLengthExceeded, gate, serverError } from '@tollgate/testing'
import express, { type Express, type RequestHandler } from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
} from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import { gate as promised } from '../support/http.ts'
import { existingService, type Service, type ServiceOptions, whoever } from '../support/service.ts'

type Parts = Parameters<ServiceOptions['routes']>[1]
type Handler = (...args: [...Parameters<RequestHandler>, Parts]) => unknown

const messages = [{ role: 'user' as const, content: 'What does a toll keeper do all day?' }]
/** What handlers ask the provider for, when the request does not say. */
const question = { model: 'flat', messages, max_tokens: 100 }

/** A route that calls no provider's shape, and may cost at most $0.25. */
const upTo = (handler: Handler, path = '/work') => ({
  routes: (app: Express, parts: Parts) =>
    void app.post(
      path,
      express.json(),
      whoever,
      budgetReserve({ ...parts.options, upToUsd: '0.25' }),
      usageReconcile(parts.options),
      (req, res, next) => handler(req, res, next, parts),
    ),
})
const UP_TO_NANO_USD = 250_000_000

/** Once the provider has answered so many requests, the books come to what it counted, and hold nothing. */
async function expectCharged({ provider, books }: Service, requests = 1): Promise<void> {
  await provider.waitFor(
    ({ requests: all }) => all.length === requests && all.every((one) => one.outcome !== 'open'),
  )
  const { nanoUsd } = provider.totals()
  expect(nanoUsd).toBeGreaterThan(0)
  await expect.poll(books).toMatchObject({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
}

async function expectSpent({ books }: Service, nanoUsd: number): Promise<void> {
  await expect.poll(books).toMatchObject({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
}

/** The warnings of one kind that a test gives rise to. */
async function warningsOf(code: string, work: () => Promise<void>): Promise<string[]> {
  const found: string[] = []
  const listen = (warning: Error & { code?: string }) =>
    void (warning.code === code && found.push(warning.message))
  process.on('warning', listen)
  await work()
  // A warning is emitted a turn after it was given.
  await new Promise(setImmediate)
  process.off('warning', listen)
  return found
}

describe('a body that is a provider call', () => {
  const passOn: Handler = async (req, res, _next, { openai }) =>
    res.json(await openai.chat.completions.create(req.body as ChatCompletionCreateParamsNonStreaming))

  it.each([
    ['before', (stages: RequestHandler[]) => [express.json(), ...stages]],
    ['after', (stages: RequestHandler[]) => [...stages, express.json()]],
  ] as const)(
    'express.json() %s the stages: req.body carries the cap, and the answer the charge',
    async (_, order) => {
      const service = await existingService({
        budgets: [{ limit_usd: '0.10', period: 'daily' }],
        routes: (app, parts) => {
          const stages = [whoever, budgetReserve(parts.options), usageReconcile(parts.options)]
          app.post('/chat', ...order(stages as RequestHandler[]), (req, res, next) =>
            passOn(req, res, next, parts),
          )
        },
      })
      const answer = await service.post('/chat', { model: 'flat', messages })
      const cap =
        (service.provider.requests[0]?.body as { max_completion_tokens: number } | undefined)
          ?.max_completion_tokens ?? 0
      expect(cap).toBeGreaterThan(0)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('x-tollgate-max-tokens')).toBe(String(cap))
      expect(cap * 100_000).toBeLessThanOrEqual(100_000_000)
      expect(answer.headers.get('x-tollgate-cost-usd')).not.toBeNull()
      await expectCharged(service)
    },
  )

  it('a body that the handler reads from the stream carries the cap as well', async () => {
    const service = await existingService({
      routes: (app, parts) =>
        void app.post('/chat', whoever, budgetReserve(parts.options), usageReconcile(), async (req, res) => {
          let text = ''
          for await (const part of req.setEncoding('utf8')) text += part
          res.json(await parts.openai.chat.completions.create(JSON.parse(text)))
        }),
    })
    await service.post('/chat', { model: 'flat', messages })
    expect(service.provider.requests[0]?.body).toHaveProperty('max_completion_tokens')
    await expectCharged(service)
  })

  it('a budget refuses before the handler runs', async () => {
    const service = await existingService({
      budgets: [{ limit_usd: '0.001', period: 'daily' }],
      routes: (app, parts) =>
        void app.post('/chat', express.json(), whoever, budgetReserve(parts.options), usageReconcile(), () =>
          expect.unreachable('the handler ran'),
        ),
    })
    const answer = await service.post('/chat', question)
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({ error: { code: 'budget_exceeded' } })
    await expectSpent(service, 0)
  })

  it("streams the provider's chunks on: charged exactly, and the usage chunk stays here", async () => {
    const service = await existingService({
      routes: (app, parts) =>
        void app.post(
          '/chat',
          express.json(),
          whoever,
          budgetReserve(parts.options),
          usageReconcile(),
          async (req, res) => {
            res.setHeader('content-type', 'text/event-stream')
            const chunks = await parts.openai.chat.completions.create(
              req.body as ChatCompletionCreateParamsStreaming,
            )
            for await (const chunk of chunks) res.write(`data: ${JSON.stringify(chunk)}\n\n`)
            res.end('data: [DONE]\n\n')
          },
        ),
    })
    const answer = await service.post('/chat', { ...question, stream: true })
    const text = await answer.text()
    expect(text).not.toContain('prompt_tokens')
    expect(text).toContain('data: [DONE]')
    await expectCharged(service)
  })

  it('another model than the client named is charged at the price of the one that answered', async () => {
    const service = await existingService({
      routes: (app, parts) =>
        void app.post(
          '/chat',
          express.json(),
          whoever,
          budgetReserve(parts.options),
          usageReconcile(),
          async (req, res) =>
            res.json(await parts.openai.chat.completions.create({ ...req.body, model: 'gpt-4o-mini' })),
        ),
    })
    await service.post('/chat', question)
    await expectCharged(service)
  })

  it('answers late, when the client has gone: charged what was reserved, and then what it was', async () => {
    const service = await existingService({
      routes: (app, parts) =>
        void app.post(
          '/chat',
          express.json(),
          whoever,
          budgetReserve(parts.options),
          usageReconcile(),
          (req, res, next) => passOn(req, res, next, parts),
        ),
    })
    const door = gate()
    service.provider.next({ hold: door })
    await leaveWhileItWorks(service, '/chat', question)
    await expect.poll(service.books).toMatchObject({ reserved: 0 })
    const { spent } = await service.books()
    expect(spent).toBeGreaterThan(100 * 100_000)
    door.open()
    await expectCharged(service)
    expect((await service.books()).spent).toBeLessThan(spent)
  })
})

describe('a body that is not a provider call', () => {
  const ask: Handler = async (req, res, _next, { openai }) => {
    const content = (req.body as { question: string }).question
    const completion = await openai.chat.completions.create({
      ...question,
      messages: [{ role: 'user', content }],
    })
    usage.add(req, { model: completion.model, usage: completion.usage! })
    res.json({ answer: completion.choices[0]?.message.content })
  }

  const facts = {
    routes: (app: Express, parts: Parts) =>
      void app.post(
        '/ask',
        express.json(),
        whoever,
        budgetReserve({
          ...parts.options,
          call: (req) => {
            const { question: text } = (req as typeof req & { body: { question?: string } }).body
            return text
              ? { model: 'flat', inputTokens: Buffer.byteLength(text) + 50, maxOutputTokens: 100 }
              : null
          },
        }),
        usageReconcile(parts.options),
        (req, res, next) => ask(req, res, next, parts),
      ),
  }

  it('`call` bounds it, and what the handler tells is charged', async () => {
    const service = await existingService(facts)
    const answer = await service.post('/ask', { question: 'Who keeps the gate?' })
    expect(await answer.json()).toMatchObject({ answer: expect.any(String) })
    expect(answer.headers.get('x-tollgate-cost-usd')).not.toBeNull()
    await expectCharged(service)
  })

  it('`call` refuses what a budget does not pay for, before the handler runs', async () => {
    const service = await existingService({ ...facts, budgets: [{ limit_usd: '0.01', period: 'daily' }] })
    expect((await service.post('/ask', { question: 'Who keeps the gate?' })).status).toBe(429)
    expect(service.provider.totals().requests).toBe(0)
    await expectSpent(service, 0)
  })

  it('`upToUsd` bounds several calls, each told in its own way', async () => {
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        const [first, second, third] = await Promise.all(
          [1, 2, 3].map(() => openai.chat.completions.create(question)),
        )
        usage.add(req, { model: 'flat', usage: first!.usage! })
        const { prompt_tokens, completion_tokens } = second!.usage!
        usage.add(req, { model: 'flat', inputTokens: prompt_tokens, outputTokens: completion_tokens })
        const cost = third!.usage!.prompt_tokens * 10 + third!.usage!.completion_tokens * 100
        usage.add(req, { usd: (cost / 1e6).toFixed(6) })
        res.json({ done: 3 })
      }),
    )
    await service.post('/work', {})
    await expectCharged(service, 3)
  })

  it('`upToUsd` is all that may run at once', async () => {
    const door = gate()
    const service = await existingService({
      budgets: [{ limit_usd: '0.40', period: 'daily' }],
      ...upTo(async (req, res) => {
        await door.opened
        usage.none(req)
        res.end()
      }),
    })
    const first = service.post('/work', {})
    await expect.poll(service.books).toMatchObject({ reserved: UP_TO_NANO_USD })
    const second = await service.post('/work', {})
    expect(await second.json()).toMatchObject({ error: { code: 'budget_reserved' } })
    door.open()
    expect((await first).status).toBe(200)
    await expectSpent(service, 0)
  })

  it('usage.none: a handler that answered from its own cache costs nothing', async () => {
    const service = await existingService(
      upTo((req, res) => {
        usage.none(req)
        res.json({ cached: true })
      }),
    )
    const answer = await service.post('/work', {})
    expect(answer.headers.get('x-tollgate-cost-usd')).toBe('0.000000000')
    await expectSpent(service, 0)
  })

  it('usage.pending: the reservation stays open for work that goes on after the answer', async () => {
    const door = gate()
    const service = await existingService(
      upTo((req, res, _next, { openai }) => {
        const work = async () => {
          await door.opened
          const { usage: used } = await openai.chat.completions.create(question)
          usage.add(req, { model: 'flat', usage: used! })
        }
        usage.pending(req, work())
        res.status(202).json({ accepted: true })
      }),
    )
    expect((await service.post('/work', {})).status).toBe(202)
    expect(await service.books()).toMatchObject({ spent: 0, reserved: UP_TO_NANO_USD })
    door.open()
    await expectCharged(service)
  })

  it('usage.pending: work that announces more work is waited for to its end', async () => {
    const service = await existingService(
      upTo((req, res, _next, { openai }) => {
        const step = async (left: number) => {
          const { usage: used } = await openai.chat.completions.create(question)
          usage.add(req, { model: 'flat', usage: used! })
          if (left > 1) usage.pending(req, step(left - 1))
        }
        usage.pending(req, step(3))
        res.status(202).end()
      }),
    )
    await service.post('/work', {})
    await expectCharged(service, 3)
  })

  it('a handler that buys more than was reserved pays for all of it, and the next is refused', async () => {
    const service = await existingService({
      budgets: [{ limit_usd: '0.40', period: 'daily' }],
      ...upTo((req, res) => {
        usage.add(req, { usd: '0.50' })
        res.json({})
      }),
    })
    expect((await service.post('/work', {})).status).toBe(200)
    await expectSpent(service, 500_000_000)
    const refused = await service.post('/work', {})
    expect(await refused.json()).toMatchObject({ error: { code: 'budget_exceeded' } })
  })

  it('usage.pending: work that fails and told nothing is charged what was reserved, and said', async () => {
    const door = gate()
    const service = await existingService(
      upTo((req, res) => {
        usage.pending(req, door.opened)
        usage.pending(req, Promise.reject(new Error('the worker died')))
        res.status(202).end()
      }),
    )
    const warnings = await warningsOf('TOLLGATE_PENDING_FAILED', async () => {
      expect((await service.post('/work', {})).status).toBe(202)
    })
    expect(warnings).toEqual([expect.stringContaining('the worker died')])
    expect(await service.books()).toMatchObject({ spent: 0, reserved: UP_TO_NANO_USD })
    door.open()
    await expectSpent(service, UP_TO_NANO_USD)
  })

  it('the charge is there for whoever observes it', async () => {
    const seen = promised<unknown>()
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        const { usage: used } = await openai.chat.completions.create(question)
        usage.add(req, { model: 'flat', usage: used! })
        res.json({})
        await expect.poll(() => charge.peek(req)).toBeDefined()
        seen.open(charge.peek(req))
      }),
    )
    await service.post('/work', {})
    expect(await seen.opened).toMatchObject({ nanoUsd: service.provider.totals().nanoUsd, basis: 'exact' })
  })
})

/** Ask, wait until the provider is at work for us, and hang up. */
async function leaveWhileItWorks(service: Service, path: string, body: unknown, requests = 1): Promise<void> {
  const controller = new AbortController()
  const asked = service.post(path, body, { signal: controller.signal }).catch(() => {})
  await service.provider.waitFor((provider) => provider.requests.length === requests)
  controller.abort()
  await asked
}

describe('a client that leaves while the handler works', () => {
  it('is charged what was reserved, until the handler tells what it was', async () => {
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        const { usage: used } = await openai.chat.completions.create(question)
        usage.add(req, { model: 'flat', usage: used! })
        res.json({})
      }),
    )
    const door = gate()
    service.provider.next({ hold: door })
    await leaveWhileItWorks(service, '/work', {})
    await expectSpent(service, UP_TO_NANO_USD)
    door.open()
    await expectCharged(service)
  })

  it('pays for every call of a handler that makes several, those after it left included', async () => {
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        for (let call = 0; call < 4; call += 1) {
          const { usage: used } = await openai.chat.completions.create(question)
          usage.add(req, { model: 'flat', usage: used! })
        }
        res.json({})
      }),
    )
    const door = gate()
    service.provider.next({}, { hold: door })
    await leaveWhileItWorks(service, '/work', {}, 2)
    await expectSpent(service, UP_TO_NANO_USD)
    door.open()
    await expectCharged(service, 4)
  })

  it('stays charged what was reserved when the handler never ends its answer', async () => {
    const service = await existingService(
      upTo(async (req, _res, _next, { openai }) => {
        const { usage: used } = await openai.chat.completions.create(question)
        usage.add(req, { model: 'flat', usage: used! })
      }),
    )
    const door = gate()
    service.provider.next({ hold: door })
    await leaveWhileItWorks(service, '/work', {})
    door.open()
    await service.provider.waitFor(({ requests }) => requests[0]?.outcome === 'completed')
    await expectSpent(service, UP_TO_NANO_USD)
  })
})

describe('a handler that tells late', () => {
  it('right after its answer: charged exactly, however many calls it tells of', async () => {
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        const answers = [
          await openai.chat.completions.create(question),
          await openai.chat.completions.create(question),
        ]
        res.json({})
        for (const { usage: used } of answers) usage.add(req, { model: 'flat', usage: used! })
      }),
    )
    await service.post('/work', {})
    await expectCharged(service, 2)
  })

  it('of a call that it made although it had said it would make none: booked all the same', async () => {
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        usage.none(req)
        res.once('close', async () => {
          for (let call = 0; call < 2; call += 1) {
            const { usage: used } = await openai.chat.completions.create(question)
            usage.add(req, { model: 'flat', usage: used! })
          }
        })
        res.json({})
      }),
    )
    await service.post('/work', {})
    await expectCharged(service, 2)
  })
})

describe('a handler that does not tell', () => {
  it('is charged what was reserved, with one warning for its route', async () => {
    const service = await existingService(upTo((_req, res) => res.json({}), '/forgetful'))
    const warnings = await warningsOf('TOLLGATE_USAGE_UNTOLD', async () => {
      for (let call = 0; call < 3; call += 1) expect((await service.post('/forgetful', {})).status).toBe(200)
    })
    await expectSpent(service, 3 * UP_TO_NANO_USD)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('POST /forgetful')
    expect(warnings[0]).toContain('usage.add')
  })

  it('is charged what was reserved when it throws, at once or later', async () => {
    const service = await existingService({
      routes(app, parts) {
        upTo(() => {
          throw new Error('a bug')
        }, '/throws').routes(app, parts)
        upTo(() => Promise.reject(new Error('a later bug')), '/rejects').routes(app, parts)
      },
    })
    for (const path of ['/throws', '/rejects']) {
      const answer = await service.post(path, {})
      expect(answer.status).toBe(500)
      expect(await answer.text()).not.toContain('bug')
    }
    await expectSpent(service, 2 * UP_TO_NANO_USD)
  })

  it('is charged what it told before it threw', async () => {
    const service = await existingService(
      upTo(async (req, _res, _next, { openai }) => {
        const { usage: used } = await openai.chat.completions.create(question)
        usage.add(req, { model: 'flat', usage: used! })
        throw new Error('a bug')
      }),
    )
    expect((await service.post('/work', {})).status).toBe(500)
    await expectCharged(service)
  })

  it('never gets a report that is no report for money', async () => {
    const service = await existingService(
      upTo((req, res) => {
        for (const wrong of [
          { model: 'flat', inputTokens: -1, outputTokens: 0 },
          { model: '', usage: {} },
          { usd: '-1' },
        ])
          expect(() => usage.add(req, wrong)).toThrow(RangeError)
        res.json({})
      }),
    )
    expect((await service.post('/work', {})).status).toBe(200)
    await expectSpent(service, UP_TO_NANO_USD)
  })
})

describe('a stream of the handler’s own making', () => {
  it('reaches the client as it is written, and is charged what was told', async () => {
    const door = gate()
    const service = await existingService(
      upTo(async (req, res, _next, { openai }) => {
        res.setHeader('content-type', 'text/event-stream')
        res.write('event: token\ndata: first\n\n')
        await door.opened
        const { usage: used } = await openai.chat.completions.create(question)
        usage.add(req, { model: 'flat', usage: used! })
        res.end('event: end\ndata: {}\n\n')
      }),
    )
    const answer = await service.post('/work', {})
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toContain('data: first')
    door.open()
    let rest = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value
    expect(rest).toContain('event: end\ndata: {}\n\n')
    await expectCharged(service)
  })

  it('is charged what was reserved when nothing was told', async () => {
    const service = await existingService(
      upTo((_req, res) => {
        res.setHeader('content-type', 'text/event-stream')
        res.end('data: {"usage":{"prompt_tokens":0,"completion_tokens":0}}\n\ndata: [DONE]\n\n')
      }),
    )
    await (await service.post('/work', {})).text()
    await expectSpent(service, UP_TO_NANO_USD)
  })
})

describe('a plain http-proxy-middleware of the team’s own', () => {
  const proxied = (service: Pick<ServiceOptions, 'budgets'> = {}) =>
    existingService({
      ...service,
      routes: (app, parts) =>
        void app.use(
          '/openai',
          whoever,
          budgetReserve(parts.options),
          usageReconcile({ ...parts.options, transparent: true }),
          createProxyMiddleware({
            target: new URL(parts.provider.url).origin,
            headers: { authorization: 'Bearer sk-of-the-service' },
          }),
        ),
    })
  const path = '/openai/v1/chat/completions'

  it('JSON: capped by the grant, and charged what the provider said', async () => {
    const service = await proxied()
    const answer = await service.post(path, { model: 'flat', messages })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-tollgate-cost-usd')).not.toBeNull()
    expect(service.provider.requests[0]?.body).toHaveProperty('max_completion_tokens')
    await expectCharged(service)
  })

  it('stream: charged what the provider said, in a chunk that the client does not see', async () => {
    const service = await proxied()
    const answer = await service.post(path, { ...question, stream: true })
    const text = await answer.text()
    expect(text).toContain('data: [DONE]')
    expect(text).not.toContain('prompt_tokens')
    await expectCharged(service)
  })

  it('stream: charged for what came when the client leaves', async () => {
    const service = await proxied()
    service.provider.next({ pause: { afterChunks: 5, until: gate() } })
    const controller = new AbortController()
    const answer = await service.post(path, { ...question, stream: true }, { signal: controller.signal })
    const reader = answer.body!.getReader()
    await service.provider.waitFor(({ requests }) => requests[0]?.chunksSent === 5)
    await reader.read()
    controller.abort()
    await reader.closed.catch(() => {})
    await service.provider.waitFor(({ requests }) => requests[0]?.outcome === 'aborted')
    await expect.poll(service.books).toMatchObject({ reserved: 0 })
    expect((await service.books()).spent).toBeGreaterThanOrEqual(service.provider.totals().nanoUsd)
    expect(service.provider.totals().nanoUsd).toBeGreaterThan(0)
  })

  it.each([
    [400, contextLengthExceeded],
    [500, serverError],
  ])('an error of the provider (%i) passes as it is, and costs nothing', async (status, behaviour) => {
    const service = await proxied()
    service.provider.next(behaviour)
    const answer = await service.post(path, question)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { message: behaviour.refusal.message } })
    await expectSpent(service, 0)
  })

  it('a compressed answer is read all the same, because none is asked for', async () => {
    const service = await proxied()
    await service.post(path, question, { headers: { 'accept-encoding': 'br, gzip' } })
    expect(service.provider.requests[0]?.headers['accept-encoding']).toBe('identity')
    await expectCharged(service)
  })
})
