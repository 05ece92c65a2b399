import { budgetReserve, priceBook, usage, usageReconcile } from '@tollgate/kit'
import type { BudgetEntry } from '@tollgate/kit/ledger'
import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { messages, PATIENCE, question } from '../support/handlers.ts'
import { existingService, type Service, type ServiceOptions, whoever } from '../support/service.ts'
import { completion } from '../support/upstream.ts'

const told = { prompt_tokens: 0, completion_tokens: 1_000 }
const asking = (model: string) => ({ model, messages, max_tokens: 1_000 })

/** A service whose contract for `gpt-4o` and `gpt-4` is not the list's. */
const underContract = (output: string, handler: RequestHandler) =>
  existingService({
    routes: (app, { ledger }) => {
      const contract = { input: '1', output }
      const prices = priceBook({ overrides: { 'gpt-4o': contract, 'gpt-4': contract } })
      app.post('/chat', express.json(), whoever, budgetReserve({ ledger, prices }), usageReconcile(), handler)
    },
  })

/** Families and their snapshots, by each way of writing a date; the list has another price for every one of them. */
const SNAPSHOTS = [
  ['gpt-4o', 'gpt-4o-2024-08-06'],
  ['gpt-4o', 'gpt-4o-2024-05-13'],
  ['gpt-4', 'gpt-4-0613'],
] as const
const CONTRACTS = [
  ['cheaper', '5', 5_000_000],
  ['dearer', '200', 200_000_000],
] as const
const cases = SNAPSHOTS.flatMap(([family, snapshot]) =>
  CONTRACTS.map(([than, output, nanoUsd]) => ({ family, snapshot, than, output, nanoUsd })),
)

describe('the price of an overridden model holds for its snapshots', () => {
  it.each(cases)(
    '$snapshot, which an answer names, when it is $than than the list',
    async ({ family, snapshot, output, nanoUsd }) => {
      const { post, books } = await underContract(
        output,
        (_req, res) => void res.json({ ...completion(told), model: snapshot }),
      )
      await post('/chat', asking(family))
      await expect.poll(books, PATIENCE).toMatchObject({ spent: nanoUsd, reserved: 0 })
    },
  )

  it.each(cases)(
    '$snapshot, which a handler tells of, when it is $than than the list',
    async ({ family, snapshot, output, nanoUsd }) => {
      const { post, books } = await underContract(output, (req, res) => {
        usage.add(req, { model: snapshot, usage: told })
        res.json({})
      })
      await post('/chat', asking(family))
      await expect.poll(books, PATIENCE).toMatchObject({ spent: nanoUsd, reserved: 0 })
    },
  )

  it.each(cases.filter(({ family }) => family === 'gpt-4o'))(
    '$snapshot, which a client asks for, when it is $than than the list',
    async ({ snapshot, output, nanoUsd }) => {
      const { post, books } = await underContract(
        output,
        (_req, res) => void res.json({ ...completion(told), model: snapshot }),
      )
      await post('/chat', asking(snapshot))
      await expect.poll(books, PATIENCE).toMatchObject({ spent: nanoUsd, reserved: 0 })
    },
  )
})

describe('amounts under a budget in tokens', () => {
  const budgets: readonly BudgetEntry[] = [{ limit_tokens: 10_000, period: 'daily' }]
  const tokensOf = async ({ ledger }: Pick<Service, 'ledger'>) =>
    (await ledger.read('default', ['user:ada']))[0]?.budgets[0] ?? { spent: 0, reserved: 0 }

  it('a route of so many dollars is refused: nobody knows its tokens', async () => {
    let served = 0
    const routes: ServiceOptions['routes'] = (app, { options }) => {
      app.post('/work', whoever, budgetReserve({ ...options, upToUsd: '0.25' }), usageReconcile(options))
      app.post('/work', (_req, res) => {
        served += 1
        res.json({})
      })
    }
    const service = await existingService({ budgets, routes })
    const answer = await service.post('/work', {})
    expect(answer.ok).toBe(false)
    expect(await answer.json()).toMatchObject({ error: { code: 'price_unknown' } })
    expect(served).toBe(0)
    expect(await tokensOf(service)).toMatchObject({ spent: 0, reserved: 0 })
  })

  it('a handler that tells dollars is charged the tokens that were reserved', async () => {
    let reserved = 0
    const service = await existingService({
      budgets,
      routes: (app, { options, ledger }) => {
        app.post('/chat', express.json(), whoever, budgetReserve(options), usageReconcile(options))
        app.post('/chat', async (req, res) => {
          reserved = (await tokensOf({ ledger })).reserved
          usage.add(req, { usd: '0.01' })
          res.json({})
        })
      },
    })
    await service.post('/chat', question)
    expect(reserved).toBeGreaterThanOrEqual(100)
    await expect.poll(() => tokensOf(service), PATIENCE).toMatchObject({ spent: reserved, reserved: 0 })
  })
})
