import { budgetReserve, charge, usage, usageReconcile } from '@tollgate/kit'
import { gate } from '@tollgate/testing'
import express, { type Express } from 'express'
import { describe, expect, it } from 'vitest'
import {
  expectCharged,
  expectSpent,
  type Handler,
  PATIENCE,
  type Parts,
  question,
  UP_TO_NANO_USD,
  upTo,
  warningsOf,
} from '../support/handlers.ts'
import { promised } from '../support/promised.ts'
import { existingService, whoever } from '../support/service.ts'

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
    await expect.poll(service.books, PATIENCE).toMatchObject({ reserved: UP_TO_NANO_USD })
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
        await expect.poll(() => charge.peek(req), PATIENCE).toBeDefined()
        seen.open(charge.peek(req))
      }),
    )
    await service.post('/work', {})
    expect(await seen.opened).toMatchObject({ nanoUsd: service.provider.totals().nanoUsd, basis: 'exact' })
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
