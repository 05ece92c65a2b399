import { budgetReserve, usageReconcile } from '@tollgate/kit'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { expectSpent, messages, question } from '../support/handlers.ts'
import { existingService, whoever } from '../support/service.ts'
import {
  behindGateway,
  event,
  INPUT_NANO_USD,
  lastEvents,
  OUTPUT_NANO_USD,
  PLAIN,
  readEvents,
} from '../support/upstream.ts'

const streaming = { model: PLAIN, messages, max_tokens: 1_000, stream: true }
const hundredTokens = Array.from({ length: 100 }, () => event(' toll')).join('')

describe('how a stream ends', () => {
  it('a client that leaves is charged all it was sent, though an early usage said less', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.write(event('', { usage: { prompt_tokens: 10, completion_tokens: 1 } }) + hundredTokens)
    })
    const client = new AbortController()
    const answer = await post('/chat/completions', streaming, { signal: client.signal })
    await readEvents(answer, 101)
    client.abort()
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(10 * INPUT_NANO_USD + 100 * OUTPUT_NANO_USD)
  })

  it('a client that leaves is charged no less than the continuous usage had come to', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      for (const completion_tokens of [100, 200, 300])
        res.write(event('.', { usage: { prompt_tokens: 10, completion_tokens } }))
    })
    const client = new AbortController()
    const answer = await post('/chat/completions', streaming, { signal: client.signal })
    await readEvents(answer, 3)
    client.abort()
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(10 * INPUT_NANO_USD + 300 * OUTPUT_NANO_USD)
  })

  it('a provider that breaks off is charged all it sent, though an early usage said less', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.write(event('', { usage: { prompt_tokens: 10, completion_tokens: 1 } }) + hundredTokens, () =>
        res.destroy(),
      )
    })
    await post('/chat/completions', streaming).then((answer) => answer.text().catch(() => {}))
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(100 * OUTPUT_NANO_USD)
  })

  it('a content type in capitals is a stream too, and its usage is read', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'Text/Event-Stream')
      res.end(hundredTokens + lastEvents({ prompt_tokens: 10, completion_tokens: 500 }))
    })
    await (await post('/chat/completions', streaming)).text()
    await atRest()
    expect((await books()).spent).toBe(10 * INPUT_NANO_USD + 500 * OUTPUT_NANO_USD)
  })

  it('a stream of the handler’s own that tells nothing is charged what was reserved', async () => {
    let reserved = 0
    const service = await existingService({
      routes: (app, { options, openai, books }) =>
        void app.post(
          '/agent',
          express.json(),
          whoever,
          budgetReserve(options),
          usageReconcile(options),
          async (_req, res) => {
            reserved = (await books()).reserved
            await openai.chat.completions.create({ ...question, stream: false })
            res.setHeader('content-type', 'text/event-stream')
            res.end(`${event('ok')}data: [DONE]\n\n`)
          },
        ),
    })
    await (await service.post('/agent', { ...question, stream: true })).text()
    expect(reserved).toBeGreaterThanOrEqual(100 * OUTPUT_NANO_USD)
    await expectSpent(service, reserved)
  })
})
