import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, place } from '../support/gateway.ts'
import { AUDIENCE, testIssuer } from '../support/issuer.ts'
import { operatorAt } from './operator.ts'

const LEAD = 'the-token-of-a-pipeline-that-makes-keys'
const VIEWER = 'the-token-of-a-dashboard-that-only-reads'

const YAML = `
tiers:
  default: { models: ["gpt-4o-mini"] }
  big: { models: ["*"], approval: director }
teams: [{ id: science }, { id: arts }]
`

/** The config of a test, with tokens beside that of its operators. */
async function served(more = '') {
  const files = await place(YAML + more)
  const tokens = `tokens: [{ id: ci, role: team-lead, team: science, secret: "${LEAD}" }, { id: board, role: viewer, secret: "${VIEWER}" }]`
  files.edit('admin: { listen: { port: 0 }, ', `admin: { listen: { port: 0 }, ${tokens}, `)
  const gateway = await files.start()
  return { ...files, gateway, admin: operatorAt(gateway.adminUrl) }
}

describe('a token of the config', () => {
  it('does what its role may, and its name is in the history', async () => {
    const { gateway, admin } = await served()
    const [lead, viewer] = [operatorAt(gateway.adminUrl, LEAD), operatorAt(gateway.adminUrl, VIEWER)]
    expect(await lead('POST', '/keys', { id: 'poet', team: 'science' })).toMatchObject({ status: 201 })
    expect(await lead('POST', '/keys', { id: 'bard', team: 'arts' })).toMatchObject({ status: 403 })
    expect(await lead('POST', '/keys', { id: 'stray' })).toMatchObject({ status: 403 })
    expect(await viewer('GET', '/keys/poet')).toMatchObject({ status: 200 })
    expect(await viewer('POST', '/keys/poet/revoke', {})).toMatchObject({
      status: 403,
      code: 'permission_denied',
    })
    const { data } = (await admin('GET', '/changes?limit=1')).body as { data: object[] }
    expect(data).toMatchObject([{ kind: 'key', id: 'poet', by: 'token:ci' }])
  })

  it('of the role admin decides on what another has asked for, by its name, and never on its own', async () => {
    const files = await place(YAML)
    const [day, night] = ['the-token-of-whoever-works-by-day', 'the-token-of-whoever-works-by-night']
    const tokens = `tokens: [{ id: day, role: admin, secret: "${day}" }, { id: night, role: admin, secret: "${night}" }]`
    files.edit('admin: { listen: { port: 0 }, ', `admin: { listen: { port: 0 }, ${tokens}, `)
    const { adminUrl } = await files.start()
    const [asker, other] = [operatorAt(adminUrl, day), operatorAt(adminUrl, night)]
    const wish = { id: 'r1', account: 'team:science', tier: 'big', reason: 'because', lasts: '1h' }
    expect((await asker('POST', '/access-requests', wish)).body).toMatchObject({ by: 'token:day' })
    expect(await asker('POST', '/access-requests/r1/approve', {})).toMatchObject({ status: 403 })
    expect((await other('POST', '/access-requests/r1/approve', {})).body).toMatchObject({
      decided: { by: 'token:night' },
    })
    expect((await other('GET', '/grants/r1')).body).toMatchObject({ approved_by: 'token:night' })
    const { data } = (await other('GET', '/changes?limit=3')).body as { data: object[] }
    expect(data).toMatchObject([
      { kind: 'grant', by: 'token:night' },
      { kind: 'access_request', by: 'token:night', after: { state: 'approved' } },
      { kind: 'access_request', by: 'token:day', before: null },
    ])
  })

  it('is not shut out by whoever guesses behind the same trusted proxy', async () => {
    const files = await place(YAML)
    files.edit('listen: { port: 0 }\n', 'listen: { port: 0, trusted_proxies: ["127.0.0.1"] }\n')
    const nowMs = Date.now()
    const { adminUrl } = await files.start({ clock: { now: () => nowMs } })
    const as = (token: string, from: string) =>
      operatorAt(adminUrl, token)('GET', '/teams', undefined, { 'x-forwarded-for': from })
    for (let at = 0; at < 20; at++) expect((await as(`guess-${at}`, '192.0.2.7')).status).toBe(401)
    expect((await as('guess', '192.0.2.7')).status).toBe(429)
    expect((await as(ADMIN_TOKEN, '192.0.2.8')).status).toBe(200)
  })

  it('is kept as a hash: no part of a config shows it', async () => {
    const { read } = await served()
    const config = read()
    for (const text of [
      JSON.stringify(config),
      inspect(config, { depth: 9 }),
      JSON.stringify(config.admin.tokens),
    ])
      expect(text).not.toContain(LEAD)
  })

  it('needs a role that there is, a team where it leads one, and enough characters', async () => {
    const { edit, read } = await served()
    edit('role: viewer', 'role: veiwer')
    expect(read).toThrow('admin.tokens[1].role must be viewer, team-lead, director or admin')
    edit('role: veiwer', 'role: team-lead')
    expect(read).toThrow('admin.tokens[1].team is missing: say which team it decides for')
    edit('role: team-lead, secret', 'role: viewer, team: arts, secret')
    expect(read).toThrow('admin.tokens[1].team is for the role team-lead')
  })
})

describe('nobody reaches further by another way', () => {
  it('a lead moves no key into or out of a team that is not theirs', async () => {
    const { gateway, admin } = await served()
    const lead = operatorAt(gateway.adminUrl, LEAD)
    await admin('POST', '/keys', { id: 'theirs', team: 'arts' })
    await lead('POST', '/keys', { id: 'ours', team: 'science' })
    await admin('POST', '/projects', { id: 'opera', team: 'arts' })
    expect(await lead('PATCH', '/keys/theirs', { team: 'science' })).toMatchObject({ status: 403 })
    expect(await lead('PATCH', '/keys/ours', { team: 'arts' })).toMatchObject({ status: 403 })
    expect(await lead('PATCH', '/keys/ours', { team: null })).toMatchObject({ status: 403 })
    expect(await lead('PATCH', '/keys/ours', { project: 'opera' })).toMatchObject({ status: 403 })
    expect(await lead('PATCH', '/keys/ours', { label: 'still ours' })).toMatchObject({ status: 200 })
  })

  it('a lead gives no role, no tier above their own approval, and no budget to their own team', async () => {
    const { gateway, admin } = await served()
    const lead = operatorAt(gateway.adminUrl, LEAD)
    expect(await lead('POST', '/users', { id: 'ada', team: 'science', role: 'admin' })).toMatchObject({
      status: 403,
    })
    expect(await lead('POST', '/users', { id: 'ada', team: 'science', tier: 'big' })).toMatchObject({
      status: 403,
    })
    expect(await lead('POST', '/users', { id: 'ada', team: 'science' })).toMatchObject({ status: 201 })
    expect(await lead('PATCH', '/users/ada', { role: 'team-lead' })).toMatchObject({ status: 403 })
    await admin('PATCH', '/users/ada', { role: 'viewer' })
    expect(await lead('DELETE', '/users/ada')).toMatchObject({ status: 403 })
    const budgets = [{ limit_usd: '1000000', period: 'daily' }]
    expect(await lead('PUT', '/budgets/team:science', { budgets })).toMatchObject({ status: 403 })
    expect(await lead('PUT', '/budgets/org:default', { budgets })).toMatchObject({ status: 403 })
  })

  it('a person has the role of their user of the moment, and a key of the gateway opens nothing', async () => {
    const issuer = await testIssuer()
    const { gateway, admin } = await served(
      `auth: { jwt: [{ issuer: "${issuer.url}", audience: ${AUDIENCE} }] }\n`,
    )
    const ada = operatorAt(gateway.adminUrl, await issuer.token({ sub: 'ada' }))
    expect(await ada('GET', '/teams')).toMatchObject({ status: 403, code: 'permission_denied' })
    await admin('POST', '/users', { id: 'ada', role: 'director' })
    expect(await ada('GET', '/teams')).toMatchObject({ status: 200 })
    expect(await ada('POST', '/keys', { id: 'made' })).toMatchObject({ status: 201 })
    await admin('PATCH', '/users/ada', { role: null })
    expect(await ada('GET', '/teams')).toMatchObject({ status: 403 })
    const { secret } = (await admin('POST', '/keys', { id: 'caller' })).body as { secret: string }
    expect(await operatorAt(gateway.adminUrl, secret)('GET', '/teams')).toMatchObject({ status: 401 })
  })

  it('whoever guesses is slowed down, and whoever has a good token is not', async () => {
    const { gateway, admin } = await served('auth: { throttle: { failures: 3 } }\n')
    await admin('GET', '/teams')
    const guess = (n: number) =>
      operatorAt(gateway.adminUrl, `a-guess-at-the-token-of-the-operators-${n}`)('GET', '/teams')
    const answers = [await guess(1), await guess(2), await guess(3), await guess(4)]
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429])
    expect(answers.at(-1)).toMatchObject({ code: 'auth_throttled' })
    expect(await admin('GET', '/teams')).toMatchObject({ status: 200 })
  })
})
