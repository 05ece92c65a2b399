import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SimulatedProvider, simulatedProvider } from '@tollgate/testing'
import request from 'supertest'
import { type Gateway, loadConfig, startGateway } from 'tollgate'
import { afterAll, beforeAll, expect, it } from 'vitest'

const NEWSLETTER_KEY = 'the-key-of-the-newsletter-for-tests-01'
const NIGHTLY_KEY = 'the-key-of-the-nightly-job-for-tests-02'
const ADMIN_TOKEN = 'the-token-of-the-operator-for-tests-03'

let provider: SimulatedProvider
let folder: string
let gateway: Gateway

/** The file as it stands, on free ports. */
beforeAll(async () => {
  provider = await simulatedProvider()
  folder = mkdtempSync(join(tmpdir(), 'three-tiers-'))
  const { admin, ...config } = loadConfig({
    file: fileURLToPath(new URL('three-tiers.yaml', import.meta.url)),
    cwd: folder,
    env: {
      OPENAI_BASE_URL: provider.url,
      OPENAI_API_KEY: 'sk-real',
      TOLLGATE_ADMIN_TOKEN: ADMIN_TOKEN,
      NEWSLETTER_KEY,
      NIGHTLY_KEY,
    },
  })
  const free = { host: '127.0.0.1', port: 0 }
  gateway = await startGateway({
    ...config,
    listen: { ...config.listen, ...free },
    admin: { ...admin, listen: free },
  })
})

afterAll(async () => {
  await gateway.close()
  await provider.close()
  rmSync(folder, { recursive: true })
})

const messages = [{ role: 'user', content: 'What is a toll?' }]
const ask = (key: string, body: object) =>
  request(gateway.url)
    .post('/v1/chat/completions')
    .set('authorization', `Bearer ${key}`)
    .send({ model: 'gpt-4o-mini', messages, ...body })

const asAdmin = (path: string, body: object) =>
  request(gateway.adminUrl).post(`/admin/v1${path}`).set('authorization', `Bearer ${ADMIN_TOKEN}`).send(body)

it('caps answers that state no cap, and refuses those that ask for more', async () => {
  await ask(NEWSLETTER_KEY, {}).expect(200)
  expect(provider.requests.at(-1)!.body).toMatchObject({ max_completion_tokens: 2000 })
  const refusal = await ask(NEWSLETTER_KEY, { max_tokens: 2001 }).expect(403)
  expect(refusal.body.error).toMatchObject({ code: 'cap_exceeded', param: 'max_tokens' })
})

it('gives a model that was asked for and approved, until it is revoked', async () => {
  const refusal = await ask(NEWSLETTER_KEY, { model: 'gpt-4o' }).expect(403)
  expect(refusal.body.error.message).toContain(
    'Tier project does (approval: team-lead). Ask for it: tollgate access request --account key:newsletter --model gpt-4o.',
  )
  const asked = await request(gateway.url)
    .post('/tollgate/access')
    .set('authorization', `Bearer ${NEWSLETTER_KEY}`)
    .send({ models: ['gpt-4o'], reason: 'a hard newsletter', lasts: '7d' })
    .expect(201)
  expect(asked.body).toMatchObject({
    account: 'key:newsletter',
    by: 'user:ada',
    state: 'open',
    approval: 'team-lead',
  })
  await ask(NEWSLETTER_KEY, { model: 'gpt-4o' }).expect(403)
  await asAdmin(`/access-requests/${asked.body.id}/approve`, { reason: 'this once' }).expect(200)
  await expect
    .poll(async () => (await ask(NEWSLETTER_KEY, { model: 'gpt-4o' })).status, { timeout: 8_000 })
    .toBe(200)
  await asAdmin(`/grants/${asked.body.id}/revoke`, {}).expect(200)
  await expect
    .poll(async () => (await ask(NEWSLETTER_KEY, { model: 'gpt-4o' })).status, { timeout: 8_000 })
    .toBe(403)
})

it('confines a key to less than its team has', async () => {
  await ask(NIGHTLY_KEY, {}).expect(200)
  const model = await ask(NIGHTLY_KEY, { model: 'gpt-4o' }).expect(403)
  expect(model.body.error.message).toContain('This key is for gpt-4o-mini only, and not for gpt-4o.')
  const cost = await ask(NIGHTLY_KEY, { max_tokens: 16_000, n: 8 }).expect(403)
  expect(cost.body.error.code).toBe('cap_exceeded')
  expect(cost.body.error.message).toContain('One request of yours may cost at most $0.05')
})

it('closes pictures to a tier without them, once another one has them', async () => {
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
  const refusal = await ask(NEWSLETTER_KEY, { messages: [{ role: 'user', content: [picture] }] }).expect(403)
  expect(refusal.body.error.code).toBe('endpoint_not_allowed')
})

it('gives a team the budget of its tier', async () => {
  const { body } = await request(gateway.adminUrl)
    .get('/admin/v1/spend')
    .query({ account: 'team:marketing' })
    .set('authorization', `Bearer ${ADMIN_TOKEN}`)
    .expect(200)
  expect(body.budgets).toMatchObject([{ limit_usd: '20.000000000' }])
})
