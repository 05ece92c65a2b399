import type { IncomingMessage, ServerResponse } from 'node:http'
import { budgetReserve, identify, modelRoutes, tollgateErrors, usage, usageReconcile } from '@tollgate/kit'
import { defineStage, TollgateError } from '@tollgate/kit/core'
import { gate, memoryLedger } from '@tollgate/testing'
import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'
import { trail } from './trails.ts'

/** Something of an application's own that changes what its answers look like on the wire. */
function inBase64(_req: IncomingMessage, res: ServerResponse, next: () => void) {
  const end = res.end.bind(res) as (text: string) => ServerResponse
  res.end = ((bytes: Buffer) => end(bytes.toString('base64'))) as ServerResponse['end']
  next()
}

describe('behind an application', () => {
  async function application(
    handler: (req: IncomingMessage, res: ServerResponse) => unknown,
    ...between: RequestHandler[]
  ) {
    const ledger = memoryLedger()
    closeAfter(() => ledger.close())
    const { audit, records } = trail({ ledger })
    const routes = modelRoutes({
      providers: [{ name: 'openai', dialect: 'openai', baseUrl: 'http://unused' }],
    })
    const app = express()
      .use(audit, ...between, express.json())
      .use(identify(() => ({ user: 'ada', tags: { feature: 'search' } })))
      .use(budgetReserve({ ledger, routes }), usageReconcile({ ledger }), handler)
      .use(tollgateErrors({ onFault: () => {} }))
    const url = await serve(app)
    const post = (init: RequestInit = {}) =>
      fetch(url, {
        method: 'POST',
        body: JSON.stringify({
          model: 'gpt-4o-mini',
          messages: [{ role: 'user', content: 'hi' }],
          max_tokens: 100,
        }),
        headers: { 'content-type': 'application/json' },
        ...init,
      })
    const spent = async () => (await ledger.read('default', ['user:ada']))[0]!.spent
    return { post, records, spent }
  }

  const answerOf = (promptTokens: number, completionTokens: number) =>
    JSON.stringify({
      model: 'gpt-4o-mini',
      choices: [],
      usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens },
    })

  it('the usage is read although something wraps the response after the audit log', async () => {
    const { post, records, spent } = await application((_req, res) => {
      res.setHeader('content-type', 'application/json')
      res.end(answerOf(10, 20))
    }, inBase64)
    const answer = await (await post()).text()
    expect(Buffer.from(answer, 'base64').toString()).toBe(answerOf(10, 20))
    const [record] = await records(1)
    expect(record).toMatchObject({
      org: 'default',
      user: 'ada',
      tags: { feature: 'search' },
      provider: 'openai',
      servedModel: 'gpt-4o-mini',
      attempts: [],
      inputTokens: 10,
      outputTokens: 20,
      basis: 'exact',
    })
    expect(record!.chargedNanoUsd).toBe(await spent())
  })

  it('a handler that throws, and told nothing, was allowed and is charged', async () => {
    const { post, records, spent } = await application(() => {
      throw new Error('no such table')
    })
    expect((await post()).status).toBe(500)
    const [record] = await records(1)
    expect(record).toMatchObject({ decision: 'allowed', fault: null, status: 500, basis: 'estimated' })
    expect(record!.chargedNanoUsd).toBe(await spent())
  })

  it('what a handler tells of another model is who served it; of several models, nobody is named', async () => {
    const tell = (model: string) => ({ model, provider: 'anthropic', inputTokens: 1, outputTokens: 2 })
    const models = [['claude-haiku-4-5', 'claude-haiku-4-5'], ['claude-haiku-4-5', 'gpt-4o'], []]
    const { post, records } = await application((req, res) => {
      const called = models.shift()!
      for (const model of called) usage.add(req as never, tell(model))
      if (called.length === 0) usage.none(req as never)
      res.end('done')
    })
    for (let count = 0; count < 3; count += 1) await (await post()).text()
    const all = await records(3)
    expect(all.map(({ provider, servedModel, inputTokens }) => [provider, servedModel, inputTokens])).toEqual(
      [
        ['anthropic', 'claude-haiku-4-5', 2],
        [null, null, 2],
        [null, null, null],
      ],
    )
    expect(all[2]).toMatchObject({ chargedNanoUsd: 0, basis: null })
  })

  it('the record of a client that left is corrected by what the handler tells later', async () => {
    const door = gate()
    const asked = Promise.withResolvers<void>()
    const { post, records, spent } = await application(async (_req, res) => {
      asked.resolve()
      await door.opened
      res.setHeader('content-type', 'application/json')
      res.end(answerOf(10, 20))
    })
    const leave = new AbortController()
    const answer = post({ signal: leave.signal }).catch(() => {})
    await asked.promise
    leave.abort()
    await answer
    expect(await records(1)).toMatchObject([{ ending: 'aborted', basis: 'estimated', inputTokens: null }])
    const estimated = await spent()
    door.open()
    await expect.poll(async () => (await records(1))[0]!.basis).toBe('exact')
    const [record] = await records(1)
    expect(record).toMatchObject({ ending: 'aborted', status: 499, inputTokens: 10, outputTokens: 20 })
    expect(record!.chargedNanoUsd).toBe(await spent())
    expect(await spent()).toBeLessThan(estimated)
  })

  it('the record is right in the end also where the audit log is mounted after the reservation', async () => {
    const ledger = memoryLedger()
    closeAfter(() => ledger.close())
    const { audit, records } = trail({ ledger })
    const deny = defineStage({
      name: 'deny',
      handle() {
        throw new TollgateError('endpoint_not_allowed')
      },
    })
    const who = identify(() => ({ user: 'ada' }))
    const reserve = budgetReserve({ ledger, upToUsd: '0.01' })
    const url = await serve(
      express()
        .use('/deny', who, reserve, audit, deny)
        .use('/serve', who, reserve, audit, (_req, res) => {
          res.end('done')
        }),
    )
    await (await fetch(`${url}/deny`, { method: 'POST' })).text()
    await (await fetch(`${url}/serve`, { method: 'POST' })).text()
    await expect.poll(async () => (await records(2)).map(({ basis }) => basis)).toEqual([null, 'estimated'])
    expect(await records(2)).toMatchObject([
      { decision: 'endpoint_not_allowed', reservedNanoUsd: 10_000_000, chargedNanoUsd: 0 },
      { decision: 'allowed', reservedNanoUsd: 10_000_000, chargedNanoUsd: 10_000_000 },
    ])
  })
})
