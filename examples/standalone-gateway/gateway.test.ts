import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FromFile, fromFile } from './from-file.ts'

const NEWSLETTER_KEY = 'the-key-of-the-newsletter-for-tests-01'
const LAB_KEY = 'the-key-of-the-lab-for-tests-and-no-more-02'

let gateway: FromFile
beforeAll(async () => {
  gateway = await fromFile('tollgate.yaml', { NEWSLETTER_KEY, LAB_KEY })
})
afterAll(() => gateway.close())

const spendOf = async (account: string) =>
  (await gateway.admin('get', '/spend').query({ account }).expect(200)).body

it('answers a team within its tier, and charges team and key alike', async () => {
  const answer = await gateway.ask(NEWSLETTER_KEY).expect(200)
  const cost = answer.headers['x-tollgate-cost-usd']
  expect(cost).toBe((gateway.provider.totals().nanoUsd / 1e9).toFixed(9))
  expect(await spendOf('team:marketing')).toMatchObject({ spent_usd: cost, reserved_usd: '0.000000000' })
  expect(await spendOf('key:newsletter')).toMatchObject({ spent_usd: cost })
})

it('names the tier that has a model, and who approves it', async () => {
  const refusal = await gateway.ask(NEWSLETTER_KEY, { model: 'gpt-4o' }).expect(403)
  expect(refusal.body.error.code).toBe('model_not_allowed')
  expect(refusal.body.error.message).toContain(
    'Tier default does not include gpt-4o. Tier project does (approval: team-lead). Ask for it: POST /tollgate/access {"account":"key:newsletter"',
  )
  await gateway.ask(LAB_KEY, { model: 'gpt-4o' }).expect(200)
})

it('stops the newsletter at its cent a day, before the provider is asked', async () => {
  const sent = gateway.provider.requests.length
  const refusal = await gateway.ask(NEWSLETTER_KEY, { max_tokens: 16_000, n: 2 }).expect(429)
  expect(refusal.body.error.code).toBe('budget_exceeded')
  expect(refusal.body.error.message).toMatch(
    /^Tollgate: key newsletter has used \$0\.0000\d+ of its \$0\.01 daily budget/,
  )
  expect(gateway.provider.requests).toHaveLength(sent)
})

it('knows nobody else', async () => {
  const refusal = await gateway.ask('sk-somebody-elses-key-of-the-right-length').expect(401)
  expect(refusal.body.error.code).toBe('invalid_api_key')
})

it('keeps a record of each request, whatever its end', async () => {
  const records = () =>
    readFileSync(join(gateway.folder, 'data/example-audit.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  await expect.poll(() => records().length).toBeGreaterThanOrEqual(5)
})
