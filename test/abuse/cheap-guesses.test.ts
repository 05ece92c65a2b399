import { budgetReserve, identify, usageReconcile } from '@tollgate/kit'
import { memoryLedger } from '@tollgate/testing'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { assemble, closeAfter } from '../support/assembly.ts'
import { serve } from '../support/http.ts'

/** A route of the team's own that takes every method and path, behind a budget of nothing. */
async function brokeService() {
  const ledger = memoryLedger({ budgets: [{ per: 'user', limit_usd: '0.00', period: 'daily' }] })
  closeAfter(() => ledger.close())
  let served = 0
  const url = await serve(
    express().use(
      identify(() => ({ user: 'ada' })),
      budgetReserve({ ledger }),
      usageReconcile(),
      (_req: unknown, res: express.Response) => {
        served += 1
        res.json({})
      },
    ),
  )
  const send = (method: string, path: string, body: object) =>
    fetch(url + path, { method, body: JSON.stringify(body), headers: { 'content-type': 'text/plain' } })
  return { url, send, served: () => served }
}

describe('nothing is served on a cheap guess', () => {
  it.each(['/v1/responses', '/openai/v1/images/generations', '/v1/audio/speech', '/v1/moderations'])(
    'POST %s costs what nobody knows, and is refused',
    async (path) => {
      const { url, served } = await brokeService()
      const answer = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-4o', input: 'x', prompt: 'x' }),
      })
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ error: { code: 'endpoint_not_found' } })
      expect(served()).toBe(0)
    },
  )

  it('OPTIONS with a body is no preflight', async () => {
    const { send, url, served } = await brokeService()
    expect((await send('OPTIONS', '/chat', { model: 'gpt-4o' })).status).toBe(400)
    expect(served()).toBe(0)
    expect((await fetch(`${url}/chat`, { method: 'OPTIONS' })).status).toBe(200)
  })

  it('a cap goes into the field that the client has filled in', async () => {
    const { post, provider } = await assemble({
      budgets: [{ limit_usd: '0.01', period: 'daily' }],
      reserve: { nearLimit: 'cap' },
    })
    await post('/chat/completions', {
      model: 'gpt-4o',
      max_tokens: null,
      max_completion_tokens: 10_000,
      messages: [{ role: 'user', content: 'x' }],
    })
    const { max_tokens, max_completion_tokens } = provider.requests[0]!.body as Record<string, number | null>
    expect(max_tokens).toBeNull()
    expect(max_completion_tokens).toBeLessThan(1_000)
  })

  it('budget-reserve mounted twice holds nothing', async () => {
    const ledger = memoryLedger({ budgets: [{ per: 'user', limit_usd: '1.00', period: 'daily' }] })
    closeAfter(() => ledger.close())
    const url = await serve(
      express().use(
        identify(() => ({ user: 'ada' })),
        budgetReserve({ ledger }),
        budgetReserve({ ledger }),
      ),
    )
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'x' }] }),
    })
    expect(answer.status).toBe(500)
    await expect.poll(async () => (await ledger.read(['user:ada']))[0]!.reserved).toBe(0)
    expect((await ledger.read(['user:ada']))[0]!.spent).toBe(0)
  })
})

describe('choices are counted apart', () => {
  it('a client that leaves eight of them is charged for all eight', async () => {
    const { post, provider, books, atRest } = await assemble({
      budgets: [{ limit_usd: '5.00', period: 'daily' }],
      provider: { chunkIntervalMs: 1, text: '7'.repeat(600) },
    })
    const controller = new AbortController()
    const answer = await post(
      '/chat/completions',
      {
        model: 'gpt-4o-mini',
        n: 8,
        stream: true,
        max_tokens: 400,
        messages: [{ role: 'user', content: 'x' }],
      },
      { signal: controller.signal },
    )
    await provider.waitFor(({ requests }) => requests[0]!.chunksSent >= 400)
    await answer.body!.getReader().read()
    controller.abort()
    await provider.waitFor(({ requests }) => requests[0]!.outcome !== 'open')
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(provider.totals().nanoUsd)
  })
})
