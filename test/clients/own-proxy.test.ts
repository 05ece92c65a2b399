import { budgetReserve, usageReconcile } from '@tollgate/kit'
import { contextLengthExceeded, gate, serverError } from '@tollgate/testing'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { describe, expect, it } from 'vitest'
import { expectCharged, expectSpent, messages, PATIENCE, question } from '../support/handlers.ts'
import { existingService, type ServiceOptions, whoever } from '../support/service.ts'

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
    await expect.poll(service.books, PATIENCE).toMatchObject({ reserved: 0 })
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
