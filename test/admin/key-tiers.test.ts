import { describe, expect, it } from 'vitest'
import { type Place, place } from '../support/gateway.ts'
import { keys, redisPlace } from '../support/redis-place.ts'
import { operatorAt } from './operator.ts'

const LEAD = 'the-token-of-a-pipeline-that-makes-keys'

const TIERS = `
tiers:
  default: { models: ["gpt-4o-mini"] }
  small: { models: ["gpt-4o-mini"], approval: team-lead, rates: { rpm: 1 } }
  big: { models: ["*"], approval: director }
`
const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  sqlite: () => place(`org: acme\nteams: [{ id: science }, { id: sales }]\n${TIERS}`),
  redis: () => redisPlace(`${TIERS}${keys()}`),
}

describe.each(Object.entries(PLACES))('a key with a tier of its own, on %s', (_, made) => {
  async function served() {
    const files = await made()
    const tokens = `tokens: [{ id: ci, role: team-lead, team: science, secret: "${LEAD}" }]`
    files.edit('admin: { listen: { port: 0 }, ', `admin: { listen: { port: 0 }, ${tokens}, `)
    const gateway = await files.start()
    const admin = operatorAt(gateway.adminUrl)
    const lead = operatorAt(gateway.adminUrl, LEAD)
    const asked = (secret: string, model: string) =>
      gateway
        .client(secret)
        .chat.completions.create({ model, messages: [{ role: 'user', content: 'What does a toll cost?' }] })
        .then(
          () => 'passed',
          ({ code }: { code: string }) => code,
        )
    return { files, admin, lead, asked }
  }

  it('has it in place of its team’s, from its next request on, with the rates that come with it', async () => {
    const { files, admin, asked } = await served()
    const { secret } = (await admin('POST', '/keys', { id: 'k', team: 'science', tier: 'big' })).body as {
      secret: string
    }
    expect(await asked(secret, 'gpt-4o')).toBe('passed')
    expect((await admin('PATCH', '/keys/k', { tier: 'small' })).body).toMatchObject({ tier: 'small' })
    expect(await asked(secret, 'gpt-4o')).toBe('model_not_allowed')
    expect(await asked(secret, 'gpt-4o-mini')).toBe('passed')
    expect(await asked(secret, 'gpt-4o-mini')).toBe('rate_limited')
    expect((await files.command('keys change k --clear tier')).code).toBe(0)
    const { body } = await admin('GET', '/changes?limit=1')
    expect((body as { data: object[] }).data).toMatchObject([
      { kind: 'key', id: 'k', before: { tier: 'small' }, after: { team: 'science' } },
    ])
    expect((await admin('GET', '/keys/k')).body).not.toHaveProperty('tier')
  })

  it('is made by a command, which knows the tiers there are', async () => {
    const { files, asked } = await served()
    const { out } = await files.command('keys create --team science --tier big --json')
    expect(await asked(JSON.parse(out).secret, 'gpt-4o')).toBe('passed')
    expect((await files.command('keys create --tier bg')).err).toContain('did you mean big?')
  })

  it('is given by those who could approve it, also where somebody else gets the key', async () => {
    const { admin, lead } = await served()
    expect(await lead('POST', '/keys', { id: 'a', team: 'science', tier: 'small' })).toMatchObject({
      status: 201,
    })
    const dear = { status: 403, code: 'permission_denied' }
    expect(await lead('POST', '/keys', { id: 'b', team: 'science', tier: 'big' })).toMatchObject(dear)
    expect(await lead('PATCH', '/keys/a', { tier: 'big' })).toMatchObject(dear)
    expect(await admin('POST', '/keys', { id: 'c', tier: 'bg' })).toMatchObject({
      status: 400,
      param: 'tier',
    })
    await admin('PATCH', '/keys/a', { tier: 'big' })
    await admin('POST', '/users', { id: 'ada', team: 'science' })
    expect(await lead('PATCH', '/keys/a', { user: 'ada' })).toMatchObject(dear)
    expect(await lead('PATCH', '/keys/a', { label: 'nightly' })).toMatchObject({ status: 200 })
    expect(await lead('PATCH', '/keys/a', { tier: null })).toMatchObject({ status: 200 })
  })
})
