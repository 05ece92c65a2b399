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

const streaming = { model: PLAIN, messages, max_tokens: 16_000, stream: true }
const tokens = (count: number) => Array.from({ length: count }, () => event(' toll')).join('')

/**
 * More than an estimate adds for what may have been on its way, a second's worth at 1,000 tokens a second, so that the
 * addition does not hide what was left out.
 */
const MANY = 3_000
const early = event('', { usage: { prompt_tokens: 10, completion_tokens: 1 } })

describe('how a stream ends', () => {
  it('a client that leaves is charged all it was sent, though an early usage said less', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.write(early + tokens(MANY))
    })
    const client = new AbortController()
    const answer = await post('/chat/completions', streaming, { signal: client.signal })
    await readEvents(answer, 1 + MANY)
    client.abort()
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(10 * INPUT_NANO_USD + MANY * OUTPUT_NANO_USD)
  })

  it('a client that leaves is charged no less than the continuous usage had come to', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      for (const completion_tokens of [1_000, 2_000, MANY])
        res.write(event('.', { usage: { prompt_tokens: 10, completion_tokens } }))
    })
    const client = new AbortController()
    const answer = await post('/chat/completions', streaming, { signal: client.signal })
    await readEvents(answer, 3)
    client.abort()
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(10 * INPUT_NANO_USD + MANY * OUTPUT_NANO_USD)
  })

  it('a whole stream is charged the last of its continuous usage, to the token', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      for (const completion_tokens of [100, 200])
        res.write(event('.', { usage: { prompt_tokens: 10, completion_tokens } }))
      res.end(lastEvents({ prompt_tokens: 10, completion_tokens: 300 }))
    })
    await (await post('/chat/completions', streaming)).text()
    await atRest()
    expect((await books()).spent).toBe(10 * INPUT_NANO_USD + 300 * OUTPUT_NANO_USD)
  })

  it('a stream that merely stops is charged all it sent, though an early usage said less', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.end(early + tokens(MANY))
    })
    await (await post('/chat/completions', streaming)).text()
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(10 * INPUT_NANO_USD + MANY * OUTPUT_NANO_USD)
  })

  it('a provider that breaks off is charged all it sent, though an early usage said less', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.write(early + tokens(MANY), () => res.destroy())
    })
    await post('/chat/completions', streaming).then((answer) => answer.text().catch(() => {}))
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(MANY * OUTPUT_NANO_USD)
  })

  it('a stream that comes to its own end after an early usage is charged all that it shows', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.end(`${early}${tokens(MANY)}data: [DONE]\n\n`)
    })
    await (await post('/chat/completions', streaming)).text()
    await atRest()
    expect((await books()).spent).toBe(10 * INPUT_NANO_USD + MANY * OUTPUT_NANO_USD)
  })

  it('a usage that only the end of an answer follows is its last word', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.write(tokens(100) + event('.', { usage: { prompt_tokens: 10, completion_tokens: 500 } }))
      res.end(`${event('')}data: [DONE]\n\n`)
    })
    await (await post('/chat/completions', streaming)).text()
    await atRest()
    expect((await books()).spent).toBe(10 * INPUT_NANO_USD + 500 * OUTPUT_NANO_USD)
  })

  it('a content type in capitals is a stream too, and its usage is read', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'Text/Event-Stream')
      res.end(tokens(100) + lastEvents({ prompt_tokens: 10, completion_tokens: 500 }))
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
