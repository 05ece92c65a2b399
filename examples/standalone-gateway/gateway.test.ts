import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SimulatedProvider, simulatedProvider } from '@tollgate/testing'
import request from 'supertest'
import { type Gateway, loadConfig, startGateway } from 'tollgate'
import { afterAll, beforeAll, expect, it } from 'vitest'

const NEWSLETTER_KEY = 'the-key-of-the-newsletter-for-tests-01'
const LAB_KEY = 'the-key-of-the-lab-for-tests-and-no-more-02'
const ADMIN_TOKEN = 'the-token-of-the-operator-for-tests-03'

let provider: SimulatedProvider
let folder: string
let gateway: Gateway

/** The file as it stands, on free ports. */
beforeAll(async () => {
  provider = await simulatedProvider()
  folder = mkdtempSync(join(tmpdir(), 'standalone-gateway-'))
  const { admin, ...config } = loadConfig({
    file: fileURLToPath(new URL('tollgate.yaml', import.meta.url)),
    cwd: folder,
    env: {
      OPENAI_BASE_URL: provider.url,
      OPENAI_API_KEY: 'sk-real',
      TOLLGATE_ADMIN_TOKEN: ADMIN_TOKEN,
      NEWSLETTER_KEY,
      LAB_KEY,
    },
  })
  const free = { host: '127.0.0.1', port: 0 }
  gateway = await startGateway({ ...config, listen: free, admin: { ...admin, listen: free } })
})

afterAll(async () => {
  await gateway.close()
  await provider.close()
  rmSync(folder, { recursive: true })
})

const ask = (key: string, extra: object = {}) =>
  request(gateway.url)
    .post('/v1/chat/completions')
    .set('authorization', `Bearer ${key}`)
    .send({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'What is a toll?' }], ...extra })

const spendOf = async (account: string) =>
  (
    await request(gateway.adminUrl)
      .get('/admin/v1/spend')
      .query({ account })
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .expect(200)
  ).body

it('answers a team within its tier, and charges team and key alike', async () => {
  const answer = await ask(NEWSLETTER_KEY).expect(200)
  const cost = answer.headers['x-tollgate-cost-usd']
  expect(cost).toBe((provider.totals().nanoUsd / 1e9).toFixed(9))
  expect(await spendOf('team:marketing')).toMatchObject({ spent_usd: cost, reserved_usd: '0.000000000' })
  expect(await spendOf('key:newsletter')).toMatchObject({ spent_usd: cost })
})

it('names the tier that has a model, and who approves it', async () => {
  const refusal = await ask(NEWSLETTER_KEY, { model: 'gpt-4o' }).expect(403)
  expect(refusal.body.error.code).toBe('model_not_allowed')
  expect(refusal.body.error.message).toContain(
    'Tier default does not include gpt-4o. Tier project does (approval: team-lead).',
  )
  await ask(LAB_KEY, { model: 'gpt-4o' }).expect(200)
})

it('stops the newsletter at its cent a day, before the provider is asked', async () => {
  const sent = provider.requests.length
  const refusal = await ask(NEWSLETTER_KEY, { max_tokens: 16_000, n: 2 }).expect(429)
  expect(refusal.body.error.code).toBe('budget_exceeded')
  expect(refusal.body.error.message).toMatch(
    /^Tollgate: key newsletter has used \$0\.0000\d+ of its \$0\.01 daily budget/,
  )
  expect(provider.requests).toHaveLength(sent)
})

it('knows nobody else', async () => {
  const refusal = await ask('sk-somebody-elses-key-of-the-right-length').expect(401)
  expect(refusal.body.error.code).toBe('invalid_api_key')
})

it('keeps a record of each request, whatever its end', async () => {
  const records = () =>
    readFileSync(join(folder, 'data/example-audit.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  await expect.poll(() => records().length).toBeGreaterThanOrEqual(5)
})
