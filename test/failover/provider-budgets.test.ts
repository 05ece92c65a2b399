import {
  budgetReserve,
  compose,
  identify,
  priceBook,
  providerFailover,
  providerPassages,
  providerProxy,
  usageReconcile,
} from '@tollgate/kit'
import { governedFetch } from '@tollgate/kit/client'
import { nanoUsd } from '@tollgate/kit/core'
import { budgetFrom } from '@tollgate/kit/ledger'
import { routing } from '@tollgate/kit/stages/provider-failover'
import type { Provider } from '@tollgate/kit/wire'
import { memoryLedger, overloaded, simulatedProvider } from '@tollgate/testing'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'

/** Input is free, and a token of output costs $0.0001: an answer says what its request's `answer_tokens` are. */
const prices = { flat: { input: '0', output: '100' } }
const TOKEN = 100_000

/** Two providers of one model, the first with a budget of $0.10 a day: a thousand tokens of output. */
async function cappedFirst({ alone = false } = {}) {
  const capped = await simulatedProvider({ prices })
  const open = await simulatedProvider({ prices })
  const ledger = memoryLedger()
  for (const { close } of [capped, open, ledger]) closeAfter(() => close())
  await ledger.provision('default', 'user:ada', [budgetFrom({ limit_usd: '100', period: 'daily' })])
  await ledger.provision('default', 'provider:capped', [budgetFrom({ limit_usd: '0.10', period: 'daily' })])
  const first: Provider = {
    name: 'capped',
    dialect: 'openai',
    baseUrl: capped.url,
    apiKey: 'sk-capped',
    account: 'provider:capped',
  }
  const providers: Provider[] = [
    first,
    { name: 'open', dialect: 'openai', baseUrl: open.url, apiKey: 'sk-open' },
  ]
  const routes = routing({
    providers,
    routes: { flat: alone ? ['capped/flat'] : ['capped/flat', 'open/flat'] },
  })
  const passages = providerPassages({
    providers: [{ ...first, meter: { unit: 'batch', reserve: nanoUsd(1500 * TOKEN) } }],
  })
  const book = priceBook({ overrides: prices })
  const url = await serve(
    express().use(
      '/v1',
      compose(
        identify(() => ({ user: 'ada' })),
        budgetReserve({ ledger, routes, passages, prices: book }),
        usageReconcile(),
        providerProxy({ passages }),
        providerFailover({ routes, retries: { max: 0 } }),
      ),
    ),
  )
  const read = async (account: 'user:ada' | 'provider:capped') => {
    const [state] = await ledger.read('default', [account])
    return state!
  }
  return {
    capped,
    open,
    ledger,
    book,
    url,
    ask: (cap: number, length = cap, more: object = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'flat',
          max_tokens: cap,
          messages: [{ role: 'user', content: 'go' }],
          metadata: { answer_tokens: String(length) },
          ...more,
        }),
      }),
    /** What is spent, once nothing is reserved any more. */
    async books() {
      const both = () => Promise.all([read('user:ada'), read('provider:capped')])
      await expect.poll(async () => (await both()).map(({ reserved }) => reserved)).toEqual([0, 0])
      const [user, provider] = await both()
      return { user: user.spent, provider: provider.spent }
    },
  }
}

describe('a provider with a budget of its own', () => {
  it('is asked for as long as the worst case fits, and the next one then', async () => {
    const { ask, capped, open, books } = await cappedFirst()
    const served: (string | null)[] = []
    for (let call = 0; call < 4; call++) {
      const answer = await ask(400, 300)
      await answer.text()
      served.push(answer.headers.get('x-tollgate-provider'))
    }
    expect(served).toEqual(['capped', 'capped', 'capped', 'open'])
    expect(await books()).toEqual({
      user: capped.totals().nanoUsd + open.totals().nanoUsd,
      provider: capped.totals().nanoUsd,
    })
    expect(capped.totals().nanoUsd).toBe(900 * TOKEN)
  })

  it('is never billed more than its budget, however many ask at once', async () => {
    const { ask, capped, open, books } = await cappedFirst()
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const answer = await ask(50 + at, 40 + at, at % 2 ? { stream: true } : {})
        await answer.text()
        return answer.status
      }),
    )
    expect(new Set(answers)).toEqual(new Set([200]))
    const { nanoUsd } = capped.totals()
    expect(nanoUsd).toBeGreaterThan(0)
    expect(nanoUsd).toBeLessThanOrEqual(1000 * TOKEN)
    expect(await books()).toEqual({ user: nanoUsd + open.totals().nanoUsd, provider: nanoUsd })
  })

  it('that is alone on its route refuses, and charges nobody', async () => {
    const { ask, capped, books } = await cappedFirst({ alone: true })
    const refused = await ask(1001)
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({
      error: {
        code: 'provider_unavailable',
        message: expect.stringContaining('What may be spent at capped'),
      },
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(capped.totals().reached).toBe(0)
    expect(await books()).toEqual({ user: 0, provider: 0 })
  })

  it('gets back what a refused attempt held, and pays for one that may have been generated', async () => {
    const { ask, capped, open, books } = await cappedFirst()
    capped.next(overloaded)
    await (await ask(900, 100)).text()
    expect(await books()).toEqual({ user: 100 * TOKEN, provider: 0 })
    capped.next({ ending: { how: 'reset' } })
    await (await ask(900, 100)).text()
    const { user, provider } = await books()
    expect(open.totals().nanoUsd).toBe(200 * TOKEN)
    expect(provider).toBe(user - 200 * TOKEN)
    expect(provider).toBeGreaterThan(0)
  })

  it('is held by what is passed through as well', async () => {
    const { url, capped, books } = await cappedFirst()
    const refused = await fetch(`${url}/v1/capped/batches`, { method: 'POST', body: '{}' })
    expect(refused.status).toBe(503)
    expect(capped.totals().reached).toBe(0)
    expect(await books()).toEqual({ user: 0, provider: 0 })
  })

  it('is held by a governed fetch', async () => {
    const { capped, ledger, book, books } = await cappedFirst()
    const send = governedFetch({
      ledger,
      prices: book,
      principal: { user: 'ada' },
      provider: 'capped',
      providerAccount: 'provider:capped',
    })
    const ask = (cap: number) =>
      send(`${capped.url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-capped' },
        body: JSON.stringify({
          model: 'flat',
          max_tokens: cap,
          messages: [{ role: 'user', content: 'go' }],
          metadata: { answer_tokens: '200' },
        }),
      })
    expect((await ask(600)).status).toBe(200)
    expect((await ask(900)).status).toBe(503)
    expect(await books()).toEqual({ user: 200 * TOKEN, provider: 200 * TOKEN })
  })
})
