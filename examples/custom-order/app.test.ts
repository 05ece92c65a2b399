import {
  budgetReserve,
  compose,
  identify,
  modelRoutes,
  providerFailover,
  usageReconcile,
} from '@tollgate/kit'
import { type SimulatedProvider, simulatedProvider, spend } from '@tollgate/testing'
import request from 'supertest'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createApp, openLedger } from './app.ts'
import { promptGuard } from './prompt-guard.ts'

let provider: SimulatedProvider
let ledger: ReturnType<typeof openLedger>
let routes: ReturnType<typeof modelRoutes>
let app: ReturnType<typeof createApp>
let logged: string[]

beforeEach(async () => {
  provider = await simulatedProvider()
  ledger = openLedger(':memory:')
  routes = modelRoutes({
    providers: [{ name: 'openai', dialect: 'openai', baseUrl: provider.url, apiKey: 'sk-real' }],
  })
  logged = []
  app = createApp({ ledger, routes, log: (line) => void logged.push(line) })
})

afterEach(async () => {
  await ledger.close()
  await provider.close()
})

const ask = (team: string, { model = 'gpt-4o-mini', prompt = 'What is a toll?' } = {}) =>
  request(app)
    .post('/v1/chat/completions')
    .set('x-team', team)
    .send({ model, messages: [{ role: 'user', content: prompt }] })

const nothing = { spentUsd: '0.000000000', reservedUsd: '0.000000000', unconfirmedUsd: '0.000000000' }

it('answers a request that passes every stage, ours included', async () => {
  const answer = await ask('support').expect(200)
  expect(answer.headers['x-tollgate-cost-usd']).toBe((await spend(ledger, 'team:support')).spentUsd)
  expect(logged).toEqual(['prompt of 15 characters: 200'])
})

it('refuses a long prompt in the words of the API, with nothing reserved', async () => {
  const refusal = await ask('support', { prompt: 'x'.repeat(600) }).expect(413)
  expect(refusal.body.error).toMatchObject({ code: 'request_too_large', param: 'messages' })
  expect(refusal.body.error.message).toMatch(
    /^Tollgate: This prompt has 600 characters, and 500 are the most for support\. Shorten it\. Ref req_/,
  )
  expect(logged).toEqual(['prompt of 600 characters: 413'])
  expect(provider.requests).toHaveLength(0)
  await ask('research', { prompt: 'x'.repeat(600) }).expect(200)
})

it('gives back what was reserved when a later stage refuses', async () => {
  const refusal = await ask('support', { model: 'gpt-4o' }).expect(403)
  expect(refusal.body.error).toMatchObject({ code: 'model_not_allowed' })
  expect(refusal.body.error.message).toContain('Tier frontier does (approval: head-of-research).')
  await expect.poll(() => spend(ledger, 'team:support')).toEqual(nothing)
  expect(provider.requests).toHaveLength(0)
})

it('does not start in an order that cannot work, and says which stage to move', () => {
  const stages = [
    promptGuard({ maxCharacters: 500 }),
    identify(() => ({ team: 'support' })),
    budgetReserve({ ledger, routes }),
    usageReconcile({ ledger }),
    providerFailover({ routes }),
  ] as const
  // @ts-expect-error prompt-guard needs "principal" from an earlier stage
  expect(() => compose(...stages)).toThrow(
    expect.objectContaining({
      code: 'misassembled',
      message:
        'prompt-guard needs "principal", which identify gives, but identify is mounted after it. Mount identify before prompt-guard.',
    }),
  )
})
