import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { budgetReserve, usageReconcile } from '@tollgate/kit'
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { describe, expect, it } from 'vitest'
import { expectCharged, messages, question } from '../support/handlers.ts'
import { existingService, type Service, whoever } from '../support/service.ts'
import { answerJson, completion, upstream } from '../support/upstream.ts'

/** A proxy of the service's own, to a provider that must not be reached. */
async function ownProxy(): Promise<Service & { reached(): number }> {
  let reached = 0
  const target = await upstream((res) => {
    reached += 1
    answerJson(res, completion({ prompt_tokens: 10, completion_tokens: 1_000 }))
  })
  const service = await existingService({
    routes: (app, { options, ledger }) =>
      void app.use(
        '/openai',
        whoever,
        budgetReserve(options),
        usageReconcile({ ledger, transparent: true }),
        createProxyMiddleware({ target }),
      ),
  })
  return { ...service, reached: () => reached }
}

const UNTOUCHED = { spent: 0, reserved: 0, unconfirmed: 0 }

describe('an endpoint is never guessed from the shape of a body', () => {
  it.each([
    ['/openai/v1/responses/compact', { model: 'flat', input: 'Write a book.' }],
    ['/openai/v1/images/colorings', { model: 'flat', prompt: 'A cat.', n: 10 }],
  ])('%s behind a proxy is refused, not taken for a cheaper one', async (path, body) => {
    const service = await ownProxy()
    const answer = await service.post(path, body)
    expect(answer.status).toBe(404)
    const { error } = (await answer.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('endpoint_not_found')
    expect(error.message).toContain('This release serves /v1/chat/completions, ')
    expect(service.reached()).toBe(0)
    expect(await service.books()).toMatchObject(UNTOUCHED)
  })

  it('a fragment in the path does not choose another endpoint than the provider sees', async () => {
    const service = await ownProxy()
    const body = JSON.stringify({ model: 'flat', input: 'x', messages, max_tokens: 1_000 })
    const { hostname, port } = new URL(service.url)
    // No client of HTTP sends a fragment, so the bytes are written by hand.
    const socket = connect(Number(port), hostname)
    socket.write(
      `POST /openai/v1/chat/completions#/embeddings HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    )
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(service.reached()).toBe(0)
    expect(await service.books()).toMatchObject(UNTOUCHED)
  })

  it('a handler that is asked with a prompt, and asks a chat with the cap it was given, stays within the budget', async () => {
    const service = await existingService({
      budgets: [{ limit_usd: '0.01', period: 'daily' }],
      routes: (app, { options, openai }) =>
        void app.post(
          '/ask',
          express.json(),
          whoever,
          budgetReserve(options),
          usageReconcile(options),
          async (req, res) => {
            const { model, prompt, max_tokens } = req.body
            const asked = [{ role: 'user' as const, content: prompt }]
            res.json(await openai.chat.completions.create({ model, messages: asked, max_tokens }))
          },
        ),
    })
    service.provider.next({ answerTokens: 1_000 })
    expect((await service.post('/ask', { model: 'flat', prompt: 'Write a book.' })).status).toBe(200)
    const { nanoUsd, outputTokens } = service.provider.totals()
    // More than the 16 tokens that a completion, which it is not, would have been cut to.
    expect(outputTokens).toBeGreaterThan(16)
    expect(nanoUsd).toBeLessThanOrEqual(10_000_000)
    await expectCharged(service)
  })

  it('OPTIONS with a body passes no handler unpaid', async () => {
    const service = await existingService({
      budgets: [{ limit_usd: '0.00', period: 'daily' }],
      routes: (app, { options, openai }) =>
        void app.use(
          '/chat',
          express.json({ type: '*/*' }),
          whoever,
          budgetReserve(options),
          usageReconcile(options),
          async (req, res) => void res.json(await openai.chat.completions.create(req.body)),
        ),
    })
    const headers = { 'content-type': 'text/plain' }
    const answer = await service.post('/chat', question, { method: 'OPTIONS', headers })
    expect(answer.ok).toBe(false)
    expect(service.provider.requests).toHaveLength(0)
  })
})
