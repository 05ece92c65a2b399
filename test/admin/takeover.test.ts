import { expect, it } from 'vitest'
import { place } from '../support/gateway.ts'
import { AUDIENCE, testIssuer } from '../support/issuer.ts'
import { operatorAt } from './operator.ts'

const YAML = `
tiers:
  default: { models: ["gpt-4o-mini"] }
  project: { models: ["gpt-4o*"], approval: team-lead }
  experimental: { models: ["*"], approval: director }
`
const BUDGETS = { budgets: [{ limit_usd: '1000', period: 'daily' }] }

/** lena leads science, where dora is a director; a key of arts has spent for bob and for the project opera. */
async function started() {
  const issuer = await testIssuer()
  const { start } = await place(
    `${YAML}auth: { jwt: [{ issuer: "${issuer.url}", audience: ${AUDIENCE} }] }\n`,
  )
  const { adminUrl, client } = await start()
  const admin = operatorAt(adminUrl)
  const person = async (sub: string) => operatorAt(adminUrl, await issuer.token({ sub }))
  await admin('POST', '/teams', { id: 'science', leads: ['lena'] })
  await admin('POST', '/teams', { id: 'arts' })
  await admin('POST', '/users', { id: 'lena', team: 'science', role: 'team-lead' })
  await admin('POST', '/users', { id: 'dora', team: 'science', role: 'director' })
  await admin('POST', '/users', { id: 'carl', team: 'science' })
  const painter = await admin('POST', '/keys', { id: 'painter', team: 'arts', user: 'bob', project: 'opera' })
  const { secret } = painter.body as { secret: string }
  const messages = [{ role: 'user' as const, content: 'Hello' }]
  await client(secret).chat.completions.create({ model: 'gpt-4o-mini', max_tokens: 8, messages })
  return { admin, lena: await person('lena'), dora: await person('dora') }
}

it('a lead takes over no user and no project that another team spends by', async () => {
  const { lena, dora } = await started()
  for (const [plural, id] of [
    ['users', 'bob'],
    ['projects', 'opera'],
  ]) {
    expect(await lena('POST', `/${plural}`, { id, team: 'science' })).toMatchObject({ status: 403 })
  }
  expect((await lena('PUT', '/budgets/project:opera', BUDGETS)).status).toBe(403)
  expect((await lena('POST', '/keys', { team: 'science', project: 'opera' })).status).toBe(403)
  expect((await lena('POST', '/projects', { id: 'telescope', team: 'science' })).status).toBe(201)
  expect((await dora('POST', '/projects', { id: 'opera', team: 'arts' })).status).toBe(201)
})

it('nobody gives themselves a tier or a budget, but an admin', async () => {
  const { admin, lena, dora } = await started()
  for (const [self, ask, tier] of [
    ['lena', lena, 'project'],
    ['dora', dora, 'experimental'],
  ] as const) {
    const refused = await ask('PATCH', `/users/${self}`, { tier })
    expect(refused).toMatchObject({ status: 403, code: 'permission_denied' })
    expect(refused.message).toContain('somebody else')
    expect((await ask('PUT', `/budgets/user:${self}`, BUDGETS)).status).toBe(403)
    expect((await ask('DELETE', `/budgets/user:${self}`)).status).toBe(403)
    expect((await ask('PATCH', `/users/${self}`, { label: 'I' })).status).toBe(200)
  }
  expect((await lena('PATCH', '/users/carl', { tier: 'project' })).status).toBe(200)
  expect((await lena('PUT', '/budgets/user:carl', BUDGETS)).status).toBe(200)
  expect((await admin('PATCH', '/users/lena', { tier: 'project' })).status).toBe(200)
})

it('what the whole org may spend, or a provider be asked for, is an admin’s to say', async () => {
  const { admin, dora } = await started()
  expect((await dora('PUT', '/budgets/org:default', BUDGETS)).status).toBe(403)
  expect((await dora('DELETE', '/budgets/org:default')).status).toBe(403)
  expect((await dora('PUT', '/budgets/team:science', BUDGETS)).status).toBe(200)
  expect((await admin('PUT', '/budgets/org:default', BUDGETS)).status).toBe(200)
})

/** Whatever a lead may change by which a key, or its owner, is called something else. */
const RELABELLED: readonly (readonly [string, string, object])[] = [
  ['makes it nobody’s', '/keys/own', { user: null }],
  ['makes it another’s', '/keys/own', { user: 'carl' }],
  ['makes it another’s of another project', '/keys/own', { user: 'carl', project: 'telescope' }],
  ['moves it into a project', '/keys/own', { project: 'telescope' }],
  ['moves it into another team', '/keys/own', { team: 'physics' }],
  ['moves it out of every team', '/keys/own', { team: null }],
  ['labels it', '/keys/own', { label: 'carl’s', tags: { user: 'carl' } }],
  ['moves to another team themselves', '/users/lena', { team: 'physics' }],
  ['leaves their team', '/users/lena', { team: null }],
]

it.each(RELABELLED)(
  'nobody approves their own: a lead who %s, before or after it is asked for',
  async (_, path, patch) => {
    const { admin, lena } = await started()
    await admin('POST', '/teams', { id: 'physics', leads: ['lena'] })
    await admin('POST', '/projects', { id: 'telescope', team: 'science' })
    for (const id of ['before', 'after']) {
      await lena('POST', '/keys', { id: `${id}-own`, team: 'science', user: 'lena' })
      const wish = { id, account: `key:${id}-own`, tier: 'project', reason: 'because', lasts: '1h' }
      const relabel = () => lena('PATCH', path.replace('own', `${id}-own`), patch)
      if (id === 'before') await relabel()
      expect((await admin('POST', '/access-requests', wish)).status).toBe(201)
      if (id === 'after') await relabel()
      const refused = await lena('POST', `/access-requests/${id}/approve`, {})
      expect(refused).toMatchObject({ status: 403, code: 'permission_denied' })
      expect((await admin('GET', `/access-requests/${id}`)).body).toMatchObject({ state: 'open' })
    }
  },
)

it('a lead neither parts with a key of theirs nor takes one over, and gives their own no budget', async () => {
  const { admin, lena, dora } = await started()
  await lena('POST', '/keys', { id: 'own', team: 'science', user: 'lena' })
  await lena('POST', '/keys', { id: 'ci', team: 'science' })
  await lena('POST', '/keys', { id: 'carls', team: 'science', user: 'carl' })
  for (const refused of [
    await lena('PATCH', '/keys/own', { user: null }),
    await lena('PATCH', '/keys/own', { user: 'carl' }),
    await lena('PATCH', '/keys/ci', { user: 'lena' }),
    await lena('PATCH', '/keys/carls', { user: 'lena' }),
    await lena('PUT', '/budgets/key:own', BUDGETS),
    await lena('DELETE', '/budgets/key:own'),
    await lena('POST', '/keys', { team: 'science', user: 'lena', ...BUDGETS }),
    await dora('POST', '/keys', { team: 'science', user: 'dora', ...BUDGETS }),
  ]) {
    expect(refused).toMatchObject({ status: 403, code: 'permission_denied' })
    expect(refused.message).toContain('somebody else')
  }
  expect((await lena('PATCH', '/keys/ci', { user: 'carl' })).status).toBe(200)
  expect((await dora('PATCH', '/keys/own', { user: 'carl' })).status).toBe(200)
  expect((await lena('PUT', '/budgets/key:carls', BUDGETS)).status).toBe(200)
  expect((await admin('PATCH', '/keys/carls', { user: 'lena' })).status).toBe(200)
})

it('what was theirs when it was asked for, nobody approves once somebody else has it', async () => {
  const { admin, lena } = await started()
  await lena('POST', '/keys', { id: 'own', team: 'science', user: 'lena' })
  const wish = { id: 'r1', account: 'key:own', tier: 'project', reason: 'because', lasts: '1h' }
  await admin('POST', '/access-requests', wish)
  await admin('PATCH', '/keys/own', { user: 'carl' })
  expect((await lena('POST', '/access-requests/r1/approve', {})).status).toBe(403)
  expect((await lena('POST', '/access-requests/r1/deny', {})).status).toBe(403)
})
