import { budgetReserve, usageReconcile } from '@tollgate/kit'
import { gate } from '@tollgate/testing'
import express, { type Express, type RequestHandler } from 'express'
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
} from 'openai/resources/chat/completions'
import { describe, expect, it } from 'vitest'
import {
  expectCharged,
  expectSpent,
  type Handler,
  leaveWhileItWorks,
  messages,
  PATIENCE,
  type Parts,
  question,
} from '../support/handlers.ts'
import { existingService, whoever } from '../support/service.ts'

/** A service whose `/chat` gives to a handler what the stages let through. */
const chat = (handler: Handler) => ({
  routes: (app: Express, parts: Parts) =>
    void app.post(
      '/chat',
      express.json(),
      whoever,
      budgetReserve(parts.options),
      usageReconcile(),
      (req, res, next) => handler(req, res, next, parts),
    ),
})

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
      ...chat(() => expect.unreachable('the handler ran')),
    })
    const answer = await service.post('/chat', question)
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({ error: { code: 'budget_exceeded' } })
    await expectSpent(service, 0)
  })

  it("streams the provider's chunks on: charged exactly, and the usage chunk stays here", async () => {
    const service = await existingService(
      chat(async (req, res, _next, { openai }) => {
        res.setHeader('content-type', 'text/event-stream')
        const chunks = await openai.chat.completions.create(req.body as ChatCompletionCreateParamsStreaming)
        for await (const chunk of chunks) res.write(`data: ${JSON.stringify(chunk)}\n\n`)
        res.end('data: [DONE]\n\n')
      }),
    )
    const answer = await service.post('/chat', { ...question, stream: true })
    const text = await answer.text()
    expect(text).not.toContain('prompt_tokens')
    expect(text).toContain('data: [DONE]')
    await expectCharged(service)
  })

  it('another model than the client named is charged at the price of the one that answered', async () => {
    const service = await existingService(
      chat(async (req, res, _next, { openai }) =>
        res.json(await openai.chat.completions.create({ ...req.body, model: 'gpt-4o-mini' })),
      ),
    )
    await service.post('/chat', question)
    await expectCharged(service)
  })

  it('answers late, when the client has gone: charged what was reserved, and then what it was', async () => {
    const service = await existingService(chat(passOn))
    const door = gate()
    service.provider.next({ hold: door })
    await leaveWhileItWorks(service, '/chat', question)
    await expect.poll(service.books, PATIENCE).toMatchObject({ reserved: 0 })
    const { spent } = await service.books()
    expect(spent).toBeGreaterThan(100 * 100_000)
    door.open()
    await expectCharged(service)
    expect((await service.books()).spent).toBeLessThan(spent)
  })
})
