import { expect, it } from 'vitest'
import { ADA, place } from '../support/gateway.ts'

const TIERS = `
tiers:
  default: { models: [gpt-4o-mini] }
  project: { models: [gpt-4o-mini, gpt-4o], approval: team-lead }
teams: [{ id: science, tier: default, leads: [lea], budgets: [{ limit_usd: "0.01", period: daily }] }]
keys: [{ id: ada, team: science, user: ada, secret: "\${ADA_SECRET}" }]
`
const SECRET = 'a-secret-of-ada-that-is-long-enough-for-a-key'
/** Sooner than what is remembered grows old: it has been told. */
const PUSHED = { timeout: 20_000 }
const ask = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'hi' }], max_tokens: 10 }

it('tollgate access: what a refusal says can be posted, and what is approved counts in a running gateway', async () => {
  const { start, command } = await place(TIERS)
  const gateway = await start()
  const openai = gateway.client(SECRET)
  const status = async (body: object) =>
    openai.chat.completions.create({ ...ask, ...body }).then(
      () => 200,
      (error: { status: number }) => error.status,
    )
  // The first count of tokens takes a while, on either side.
  expect(await status({})).toBe(200)
  const refusal = await openai.chat.completions
    .create({ ...ask, model: 'gpt-4o' })
    .catch((error: Error) => error.message)
  const [, path = '', body = ''] = /Ask for it: POST (\S+) (\{.+\})\. Ref/.exec(String(refusal)) ?? []
  expect(JSON.parse(body)).toEqual({
    account: 'key:ada',
    models: ['gpt-4o'],
    reason: 'why',
    lasts: '7d',
  })
  const headers = { authorization: `Bearer ${SECRET}` }
  const posted = await fetch(gateway.url + path, { method: 'POST', headers, body })
  expect(posted.status).toBe(201)
  const open = (await posted.json()) as { id: string }
  expect(open).toMatchObject({ account: 'key:ada', state: 'open', approval: 'team-lead' })
  expect((await command(`access deny ${open.id}`)).code).toBe(0)

  const asked = await command(
    'access request --account key:ada --model gpt-4o --id r1 --reason research --for 1h',
  )
  expect(asked).toMatchObject({ code: 0, err: '' })
  expect(asked.out).toBe(
    'r1: asked for. It takes the approval of a team-lead: `tollgate access approve r1 --config tollgate.yaml`',
  )
  const whole = await command('access request --account key:ada --model o3 --id r2')
  expect(whole.out).toMatch(/^r2: asked for\. It takes the approval of an admin: /)
  await command('access deny r2')
  const own = await command('access approve r1 --by user:ada')
  expect(own.code).toBe(1)
  expect(own.err).toContain('somebody else decides')
  expect((await command('access approve r1 --by user:bob')).err).toContain('Only a lead of the team science')
  expect((await command('access approve r1 --by user:lea')).code).toBe(0)
  await expect.poll(() => status({ model: 'gpt-4o' }), PUSHED).toBe(200)

  const listed = await command('access list')
  expect(listed.out).toMatch(
    /^REQUEST +FOR +WANTED +BY +STATE +REASON\nr1 +key:ada +gpt-4o +key:ada +until .+ by user:lea +research$/,
  )
  expect(JSON.parse((await command('access list --json')).out)).toMatchObject({ id: 'r1', state: 'approved' })
  expect((await command('access revoke r1')).code).toBe(0)
  await expect.poll(() => status({ model: 'gpt-4o' }), PUSHED).toBe(403)
  expect((await command('access list')).out).not.toContain('r1')
})

it('a raise by command counts in a running gateway, survives a restart, and is gone when it is revoked', async () => {
  const { start, command, provider } = await place(TIERS)
  const gateway = await start()
  const dear = { ...ask, max_tokens: 16_000, n: 4 }
  const status = (client = gateway.client(SECRET)) =>
    client.chat.completions.create(dear).then(
      () => 200,
      (error: { status: number }) => error.status,
    )
  expect(await status()).toBe(429)
  await command('access request --account team:science --usd 50 --by user:ada --id r1')
  expect((await command('access approve r1 --by user:lea')).err).toContain(
    'Only a director or an administrator',
  )
  expect((await command('access approve r1')).out).toMatch(
    /^r1: team:science has \+\$50\.00 on usd-day until /,
  )
  expect(await status()).toBe(200)
  await gateway.close()
  const again = await start()
  expect(await status(again.client(SECRET))).toBe(200)
  expect((await command('access revoke r1')).code).toBe(0)
  expect(await status(again.client(SECRET))).toBe(429)
  expect(provider.requests).toHaveLength(2)
})

it('tollgate access says what is wrong with what is typed', async () => {
  const { start, command } = await place(ADA)
  await start()
  expect((await command('access request --model gpt-4o')).err).toContain('--account is missing')
  expect((await command('access request --account user:ada --usd much')).err).toContain('is not an amount')
  expect((await command('access request --account user:ada --tier best')).err).toContain(
    'There is no tier "best"',
  )
  expect((await command('access request --account user:ada --model x --for ever')).err).toContain(
    'is not a duration',
  )
  expect((await command('access approve nothing')).err).toContain('there is no request nothing')
})
