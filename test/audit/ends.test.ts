import { once } from 'node:events'
import { budgetReserve } from '@tollgate/kit'
import { defineStage } from '@tollgate/kit/core'
import { dieAfter, gate, memoryLedger, serverError } from '@tollgate/testing'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'
import { trail } from './trails.ts'

const chat = (extra: object = {}) => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'What is a budget?' }],
  max_tokens: 100,
  ...extra,
})

describe('a request has one record, whatever its end', () => {
  it('answered: who, what, by whom, and what the provider counts', async () => {
    const { audit, records } = trail()
    const { post, provider, key, books, atRest } = await assemble({ before: [audit] })
    provider.next({ cachedTokens: 4, reasoningTokens: 5 })
    const answer = await post('/chat/completions', chat())
    await answer.text()
    await atRest()
    const [record] = await records(1)
    const [request] = provider.requests
    const { input, cachedInput, output } = request!.usage
    expect(record).toMatchObject({
      requestId: answer.headers.get('x-request-id'),
      org: 'test',
      team: null,
      key: key.id,
      decision: 'allowed',
      fault: null,
      wouldRefuse: null,
      dialect: 'openai',
      endpoint: 'chat',
      model: 'gpt-4o-mini',
      stream: false,
      provider: 'openai',
      servedModel: 'gpt-4o-mini',
      attempts: [{ outcome: 'answered', status: 200 }],
      ending: 'finished',
      status: 200,
      inputTokens: input,
      cachedInputTokens: cachedInput,
      outputTokens: output,
      reasoningTokens: 5,
      chargedNanoUsd: request!.nanoUsd,
      chargedTokens: input + cachedInput + output,
      basis: 'exact',
      priceSource: 'listed',
      content: null,
    })
    expect(record!.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7/)
    expect(record!.priceVersion).toMatch(/^genai-prices@/)
    expect(record!.reservedNanoUsd).toBeGreaterThan(record!.chargedNanoUsd)
    expect(record!.firstByteMs).toBeLessThanOrEqual(record!.latencyMs!)
    expect((await books()).spent).toBe(record!.chargedNanoUsd)
  })

  it('streamed', async () => {
    const { audit, records } = trail()
    const { post, provider } = await assemble({ before: [audit] })
    await (await post('/chat/completions', chat({ stream: true }))).text()
    expect(await records(1)).toMatchObject([
      { stream: true, ending: 'finished', basis: 'exact', chargedNanoUsd: provider.totals().nanoUsd },
    ])
  })

  it('refused, by any stage', async () => {
    const { audit, records } = trail()
    const { post, provider, url } = await assemble({
      before: [audit],
      budgets: [{ limit_usd: '0.000000001', period: 'total' }],
      tiers: { default: { models: ['gpt-4o-mini', 'no-such-model'] } },
      routing: (simulated) => ({ providers: [simulated], routes: { 'gpt-4o-mini': ['openai/gpt-4o-mini'] } }),
    })
    await post('/chat/completions', chat(), { headers: { authorization: 'Bearer tg-nobody' } })
    await fetch(`${url}/chat/completions`, { method: 'POST' })
    await post('/chat/completions', chat({ model: 'gpt-4o' }))
    await post('/chat/completions', chat({ model: 'no-such-model' }))
    await post('/chat/completions', 'no object')
    await post('/chat/completions', chat())
    const all = await records(6)
    expect(all.map(({ decision, status, key }) => [decision, status, key !== null])).toEqual([
      ['invalid_api_key', 401, false],
      ['invalid_api_key', 401, false],
      ['model_not_allowed', 403, true],
      ['model_not_found', 404, true],
      ['invalid_request', 400, true],
      ['budget_exceeded', 429, true],
    ])
    for (const record of all) {
      expect(record).toMatchObject({
        ending: 'finished',
        fault: null,
        reservedNanoUsd: null,
        chargedNanoUsd: 0,
        basis: null,
        provider: null,
      })
    }
    expect(all.map(({ tier }) => tier)).toEqual([null, null, null, 'default', null, 'default'])
    expect(provider.totals().requests).toBe(0)
  })

  it('refused under a request id that its client sends again and again', async () => {
    const { audit, records } = trail()
    const { post } = await assemble({ before: [audit] })
    const headers = { authorization: 'Bearer tg-nobody', 'x-request-id': 'always-the-same' }
    for (let count = 0; count < 3; count += 1) await post('/chat/completions', chat(), { headers })
    const all = await records(3)
    expect(new Set(all.map(({ requestId }) => requestId))).toEqual(new Set(['always-the-same']))
  })

  it('failed by its provider: allowed, with the fault and every attempt', async () => {
    const { audit, records } = trail()
    const { post, provider } = await assemble({
      before: [audit],
      routing: (simulated) => ({
        providers: [simulated],
        routes: { 'gpt-4o-mini': ['openai/gpt-4o-mini', 'openai/gpt-4o'] },
      }),
    })
    provider.next(serverError, serverError)
    expect((await post('/chat/completions', chat())).status).toBe(502)
    provider.next(serverError)
    await (await post('/chat/completions', chat())).text()
    expect(await records(2)).toMatchObject([
      {
        decision: 'allowed',
        fault: 'provider_error',
        status: 502,
        provider: null,
        attempts: [
          { model: 'gpt-4o-mini', outcome: 'refused', status: 500 },
          { model: 'gpt-4o', outcome: 'refused', status: 500 },
        ],
        chargedNanoUsd: 0,
      },
      {
        decision: 'allowed',
        fault: null,
        status: 200,
        model: 'gpt-4o-mini',
        servedModel: 'gpt-4o',
        chargedNanoUsd: provider.totals().nanoUsd,
      },
    ])
  })

  it('broken off by its provider', async () => {
    const { audit, records } = trail()
    const { post, provider, books, atRest } = await assemble({ before: [audit] })
    provider.next(dieAfter(3))
    await (await post('/chat/completions', chat({ stream: true }))).text()
    await atRest()
    expect(await records(1)).toMatchObject([
      { ending: 'finished', basis: 'estimated', chargedNanoUsd: (await books()).spent },
    ])
  })

  it('left by its client in the middle of the answer', async () => {
    const { audit, records } = trail()
    const { post, provider, books, atRest } = await assemble({ before: [audit] })
    const door = gate()
    provider.next({ pause: { afterChunks: 2, until: door } })
    const leave = new AbortController()
    const answer = await post('/chat/completions', chat({ stream: true }), { signal: leave.signal })
    await answer.body!.getReader().read()
    leave.abort()
    await atRest()
    expect(await records(1)).toMatchObject([
      { ending: 'aborted', status: 200, basis: 'estimated', chargedNanoUsd: (await books()).spent },
    ])
    door.open()
  })

  it('left by its client before anything was decided', async () => {
    const { audit, records } = trail()
    const entered = Promise.withResolvers<void>()
    const slow = defineStage({
      name: 'slow',
      async handle(_req, res) {
        entered.resolve()
        await once(res, 'close')
      },
    })
    const url = await serve(express().use(audit, slow))
    const leave = new AbortController()
    const asked = fetch(url, { signal: leave.signal }).catch(() => {})
    await entered.promise
    leave.abort()
    await asked
    expect(await records(1)).toMatchObject([
      { decision: 'undecided', ending: 'aborted', status: 499, firstByteMs: null, chargedNanoUsd: 0 },
    ])
  })

  it('answered by a service that is assembled wrongly', async () => {
    const { audit, records } = trail()
    const ledger = memoryLedger()
    closeAfter(() => ledger.close())
    const url = await serve(express().use(audit, budgetReserve({ ledger })))
    expect((await fetch(url, { method: 'POST' })).status).toBe(500)
    expect(await records(1)).toMatchObject([{ decision: 'misassembled', status: 500, org: null }])
  })
})
