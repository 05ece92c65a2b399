import { type SimulatedProvider, serverError, simulatedProvider, spend } from '@tollgate/testing'
import OpenAI from 'openai'
import request from 'supertest'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createApp, openLedger } from './app.ts'

let provider: SimulatedProvider
let ledger: ReturnType<typeof openLedger>
let app: ReturnType<typeof createApp>

beforeEach(async () => {
  provider = await simulatedProvider()
  ledger = openLedger(':memory:')
  const openai = new OpenAI({ baseURL: provider.url, apiKey: 'sk-of-the-service', maxRetries: 0 })
  app = createApp({ ledger, openai })
})

afterEach(async () => {
  await ledger.close()
  await provider.close()
})

const question = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'What is a toll?' }],
}
/** May cost up to $0.04, with one cent to spend. */
const dear = { ...question, model: 'gpt-4o', max_tokens: 4000 }

const chat = (user: string, body: object) => request(app).post('/chat').set('x-user', user).send(body)

it('answers as before, and says what it cost and what is left', async () => {
  const answer = await chat('ada', question).expect(200)
  expect(answer.body.choices[0].message.content).toBe(provider.requests[0]?.texts[0])

  const { spentUsd } = await spend(ledger, 'user:ada')
  expect(Number(spentUsd) * 1e9).toBeCloseTo(provider.totals().nanoUsd, 3)
  expect(answer.headers['x-tollgate-cost-usd']).toBe(spentUsd)
  expect(Number(answer.headers['x-tollgate-budget-remaining-usd'])).toBeCloseTo(0.01 - Number(spentUsd), 9)
})

it('refuses what the budget does not hold, before the provider is asked', async () => {
  const refusal = await chat('ada', dear).expect(429).expect('x-should-retry', 'false')
  expect(refusal.body.error).toMatchObject({ type: 'insufficient_quota', code: 'budget_exceeded' })
  expect(refusal.body.error.message).toMatch(
    /^Tollgate: user ada has used \$0\.00 of its \$0\.01 daily budget; this request may cost up to \$0\.04\d+\./,
  )
  expect(provider.requests).toHaveLength(0)
  expect(await spend(ledger, 'user:ada')).toMatchObject({
    spentUsd: '0.000000000',
    reservedUsd: '0.000000000',
  })
})

it('puts the cap that the budget pays for into req.body, for a handler that knows nothing of it', async () => {
  const answer = await chat('ada', question)
  expect(provider.requests[0]?.body).toMatchObject({
    max_completion_tokens: Number(answer.headers['x-tollgate-max-tokens']),
  })
})

it('gives each user a budget of their own', async () => {
  while ((await chat('ada', { ...question, max_tokens: 10_000 })).status === 200);
  await chat('ada', { ...question, max_tokens: 10_000 }).expect(429)
  await chat('bob', { ...question, max_tokens: 10_000 }).expect(200)
})

it('charges what was reserved when the handler throws, since nobody can tell what it bought', async () => {
  provider.next(serverError)
  const answer = await chat('ada', { ...question, max_tokens: 1000 }).expect(500)
  expect(answer.body.error).toMatchObject({ code: 'internal_error' })
  expect(Number((await spend(ledger, 'user:ada')).spentUsd)).toBeGreaterThan(0.0006)
})

it('asks for a login as before', async () => {
  await request(app).post('/chat').send(question).expect(401, { error: 'Sign in first.' })
})
