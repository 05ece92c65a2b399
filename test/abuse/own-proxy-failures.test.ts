import { budgetReserve, usageReconcile } from '@tollgate/kit'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { describe, expect, it } from 'vitest'
import { expectSpent, PATIENCE, question } from '../support/handlers.ts'
import { existingService, type Service, whoever } from '../support/service.ts'
import { type Answering, upstream } from '../support/upstream.ts'

/** A transparent proxy of the service's own to a provider that answers so. */
async function proxyTo(answer: Answering): Promise<Service> {
  const target = await upstream(answer)
  return existingService({
    routes: (app, { options, ledger }) =>
      void app.use(
        '/openai',
        whoever,
        budgetReserve(options),
        usageReconcile({ ledger, transparent: true }),
        createProxyMiddleware({ target }),
      ),
  })
}

const CHAT = '/openai/v1/chat/completions'

describe('a proxy of the team’s own', () => {
  it('that loses a provider which had the call answers 504, and is charged', async () => {
    const { post, books } = await proxyTo((res) => void res.socket?.destroy())
    expect((await post(CHAT, question)).status).toBe(504)
    await expect.poll(books, PATIENCE).toMatchObject({ reserved: 0 })
    expect((await books()).spent).toBeGreaterThan(0)
  })

  it('that loses a provider in the middle of its answer is charged', async () => {
    const { post, books } = await proxyTo((res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 })
      res.write('{"model":"flat","choices":[{"message":{"content":"', () => res.destroy())
    })
    await post(CHAT, question)
      .then((answer) => answer.text())
      .catch(() => {})
    await expect.poll(books, PATIENCE).toMatchObject({ reserved: 0 })
    expect((await books()).spent).toBeGreaterThan(0)
  })

  it.each([429, 500])('that passes on a %i of the provider is charged nothing', async (status) => {
    const service = await proxyTo((res) => {
      res.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"No."}}')
    })
    expect((await service.post(CHAT, question)).status).toBe(status)
    await expectSpent(service, 0)
  })
})
