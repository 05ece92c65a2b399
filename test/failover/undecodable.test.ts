import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import {
  budgetReserve,
  compose,
  identify,
  modelRoutes,
  priceBook,
  providerFailover,
  tollgateErrors,
  usageReconcile,
} from '@tollgate/kit'
import { memoryLedger } from '@tollgate/testing'
import express from 'express'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'

/** Ask a gateway whose provider answers as `upstream` writes. */
async function ask(upstream: (res: ServerResponse) => void, init: RequestInit = {}) {
  const provider = await serve((req, res) => void req.resume().once('end', () => upstream(res)))
  const ledger = memoryLedger({ budgets: [{ per: 'user', limit_usd: '1', period: 'daily' }] })
  closeAfter(() => ledger.close())
  const routes = modelRoutes({
    providers: [{ name: 'openai', dialect: 'openai', baseUrl: `${provider}/v1` }],
  })
  const prices = priceBook({ overrides: { flat: { input: '10', output: '100', cached_input: '10' } } })
  const url = await serve(
    express()
      .use(
        compose(
          identify(() => ({ user: 'ada' })),
          budgetReserve({ ledger, routes, prices }),
          usageReconcile(),
          providerFailover({ routes }),
        ),
      )
      .use(tollgateErrors()) as RequestListener,
  )
  const asked = fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'flat', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }),
    ...init,
  })
  const books = async () => (await ledger.read('default', ['user:ada']))[0]!
  return {
    asked,
    books,
    atRest: () => expect.poll(async () => (await books()).reserved, { timeout: 40_000 }).toBe(0),
  }
}

/** An answer that says gzip, begins with these bytes, and does not end. */
const endless = (first: Buffer | string) => (res: ServerResponse) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).write(first)
}

it('an answer that is not in the coding it says: 502, the provider is left, and it is charged', async () => {
  let left: Promise<unknown> | undefined
  const { asked, books, atRest } = await ask((res) => {
    left = once(res, 'close')
    endless('not gzip')(res)
  })
  const answer = await asked
  expect(answer.status).toBe(502)
  expect(await answer.json()).toMatchObject({ error: { code: 'provider_error' } })
  await left
  await atRest()
  expect((await books()).spent).toBeGreaterThan(0)
})

it('a compressed answer that breaks off in the middle: 502, and no half of it', async () => {
  const { asked, atRest } = await ask((res) => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    res.end(gzipSync('{"answer":"whole"}').subarray(0, -9))
  })
  const answer = await asked
  expect(answer.status).toBe(502)
  expect(await answer.text()).not.toContain('whole')
  await atRest()
})

it('a client that does not read a compressed answer, and leaves: nothing stays reserved', async () => {
  const leaving = new AbortController()
  const { asked, atRest } = await ask(
    (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
      res.end(gzipSync(`data: {}\n\n`.repeat(3_000_000)))
    },
    { signal: leaving.signal },
  )
  expect((await asked).status).toBe(200)
  leaving.abort()
  await atRest()
})
