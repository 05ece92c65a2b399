import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FromFile, fromFile } from './from-file.ts'

const NEWSLETTER_KEY = 'the-key-of-the-newsletter-for-tests-01'
const NIGHTLY_KEY = 'the-key-of-the-nightly-job-for-tests-02'

let gateway: FromFile
beforeAll(async () => {
  gateway = await fromFile('three-tiers.yaml', { NEWSLETTER_KEY, NIGHTLY_KEY })
})
afterAll(() => gateway.close())

it('caps answers that state no cap, and refuses those that ask for more', async () => {
  await gateway.ask(NEWSLETTER_KEY).expect(200)
  expect(gateway.provider.requests.at(-1)!.body).toMatchObject({ max_completion_tokens: 2000 })
  const refusal = await gateway.ask(NEWSLETTER_KEY, { max_tokens: 2001 }).expect(403)
  expect(refusal.body.error).toMatchObject({ code: 'cap_exceeded', param: 'max_tokens' })
})

it('gives a model that was asked for and approved, until it is revoked', async () => {
  const refusal = await gateway.ask(NEWSLETTER_KEY, { model: 'gpt-4o' }).expect(403)
  expect(refusal.body.error.message).toContain(
    'Tier project does (approval: team-lead). Ask for it: POST /tollgate/access {"account":"key:newsletter","models":["gpt-4o"],"reason":"why","lasts":"7d"}.',
  )
  const asked = await gateway
    .post(NEWSLETTER_KEY, '/tollgate/access')
    .send({ account: 'key:newsletter', models: ['gpt-4o'], reason: 'a hard newsletter', lasts: '7d' })
    .expect(201)
  expect(asked.body).toMatchObject({
    account: 'key:newsletter',
    by: 'user:ada',
    state: 'open',
    approval: 'team-lead',
  })
  await gateway.ask(NEWSLETTER_KEY, { model: 'gpt-4o' }).expect(403)
  await gateway
    .admin('post', `/access-requests/${asked.body.id}/approve`)
    .send({ reason: 'this once' })
    .expect(200)
  await expect.poll(async () => (await gateway.ask(NEWSLETTER_KEY, { model: 'gpt-4o' })).status).toBe(200)
  await gateway.admin('post', `/grants/${asked.body.id}/revoke`).expect(200)
  await expect.poll(async () => (await gateway.ask(NEWSLETTER_KEY, { model: 'gpt-4o' })).status).toBe(403)
})

it('confines a key to less than its team has', async () => {
  await gateway.ask(NIGHTLY_KEY).expect(200)
  const model = await gateway.ask(NIGHTLY_KEY, { model: 'gpt-4o' }).expect(403)
  expect(model.body.error.message).toContain('This key is for gpt-4o-mini only, and not for gpt-4o.')
  const cost = await gateway.ask(NIGHTLY_KEY, { max_tokens: 16_000, n: 8 }).expect(403)
  expect(cost.body.error.code).toBe('cap_exceeded')
  expect(cost.body.error.message).toContain('One request of yours may cost at most $0.05')
})

it('closes pictures to a tier without them, once another one has them', async () => {
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
  const refusal = await gateway
    .ask(NEWSLETTER_KEY, { messages: [{ role: 'user', content: [picture] }] })
    .expect(403)
  expect(refusal.body.error.code).toBe('endpoint_not_allowed')
})

it('gives a team the budget of its tier', async () => {
  const { body } = await gateway.admin('get', '/spend').query({ account: 'team:marketing' }).expect(200)
  expect(body.budgets).toMatchObject([{ limit_usd: '20.000000000' }])
})
