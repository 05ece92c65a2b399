import { describe, expect, it } from 'vitest'
import { place } from '../support/gateway.ts'
import { operatorAt } from './operator.ts'

const YAML = `
tiers:
  default: { models: ["gpt-4o-mini"] }
  project: { models: ["gpt-4o*"] }
teams: [{ id: science, tier: default, cost_center: "4711" }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}" }]
`

async function started() {
  const files = await place(YAML)
  const gateway = await files.start()
  return { ...files, gateway, admin: operatorAt(gateway.adminUrl) }
}

describe('tollgate teams', () => {
  it('does on the store what the admin API does', async () => {
    const { command, admin } = await started()
    const made = await command('teams set arts --tier project --leads grace --leads alan')
    expect(made).toMatchObject({ code: 0, err: '' })
    expect((await admin('GET', '/teams/arts')).body).toMatchObject({
      tier: 'project',
      leads: ['grace', 'alan'],
    })
    await command('teams set arts --cost-center 12 --clear leads')
    const { out } = await command('teams get arts --json')
    expect(JSON.parse(out)).toEqual({
      id: 'arts',
      tier: 'project',
      cost_center: '12',
      owner: 'directory',
      revision: 2,
    })
    expect((await command('teams list')).out.split('\n')).toEqual([
      'ID       LABEL  TIER     COST CENTER  PROJECT REQUIRED  LEADS  OWNER',
      'arts     -      project  12           -                 -      directory',
      'science  -      default  4711         -                 -      config',
    ])
    expect(await command('teams remove arts')).toMatchObject({ code: 0, out: 'removed arts' })
    expect(await command('teams get arts')).toMatchObject({ code: 1 })
  })

  it('leaves to the file what the file owns, and names the nearest option', async () => {
    const { command } = await started()
    const refused = await command('teams set science --label Science')
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toContain('tollgate.yaml')
    expect((await command('teams set arts --clear tire')).err).toContain('did you mean tier?')
  })
})

it('access for somebody whom nobody knows is not asked for, by a command as by the API', async () => {
  const { command, admin } = await started()
  const asked = await command('access request --account key:ghost --tier project --reason launch')
  expect(asked).toMatchObject({ code: 1, out: '' })
  expect(asked.err).toContain('There is no account key:ghost.')
  const wish = { account: 'key:ghost', tier: 'project', reason: 'launch', lasts: '7d' }
  expect(await admin('POST', '/access-requests', wish)).toMatchObject({
    status: 404,
    code: 'not_found',
    param: 'account',
    message: expect.stringContaining('There is no account key:ghost.'),
  })
  expect((await admin('GET', '/access-requests')).body).toMatchObject({ data: [] })
})

it('tollgate users, projects and tiers are set and listed', async () => {
  const { command, admin } = await started()
  await command('users set grace --team science --role team-lead')
  await command('projects set opera --team science')
  await command('tiers set big --models * --rank 5 --approval director')
  expect((await admin('GET', '/users/grace')).body).toMatchObject({ team: 'science', role: 'team-lead' })
  expect((await admin('GET', '/projects/opera')).body).toMatchObject({ team: 'science' })
  expect((await admin('GET', '/tiers/big')).body).toMatchObject({
    models: ['*'],
    rank: 5,
    approval: 'director',
  })
  expect((await command('users set grace --role king')).err).toContain(
    'role must be viewer, team-lead, director or admin',
  )
})

describe('tollgate budgets', () => {
  it('sets the budgets of an account, which hold at once', async () => {
    const { command, admin, gateway } = await started()
    const { secret } = (await admin('POST', '/keys', { id: 'poet', team: 'science' })).body as {
      secret: string
    }
    const set = await command('budgets set key:poet --budget 0.000000001/daily --budget 5requests/total')
    expect(set).toMatchObject({ code: 0, err: '' })
    const { out } = await command('budgets get key:poet --json')
    expect(JSON.parse(out)).toMatchObject({ budgets: [{ limit_usd: '0.000000001' }, { limit_requests: 5 }] })
    const call = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hello' }] }
    await expect(gateway.client(secret).chat.completions.create(call)).rejects.toMatchObject({ status: 429 })
    await command('budgets remove key:poet')
    await gateway.client(secret).chat.completions.create(call)
  })

  it('of a mistyped account binds nobody, and is refused', async () => {
    const { command } = await started()
    expect((await command('budgets set team:scince --budget 5/daily')).err).toContain(
      'There is no account team:scince',
    )
    expect((await command('budgets set team:science --budget 5/daily')).err).toContain('tollgate.yaml')
    expect((await command('budgets set key:ada --budget 5')).err).toContain('write USD and a period')
  })
})

it('tollgate changes tells who changed what', async () => {
  const { command } = await started()
  await command('teams set arts --label Arts')
  await command('teams set arts --label Crafts')
  const [, last, first] = (await command('changes --limit 2')).out.split('\n')
  expect(last).toMatch(/^\S+ {2}command:\S+ +team:arts +label +-$/)
  expect(first).toMatch(/team:arts +made/)
  const [json] = (await command('changes --limit 1 --json')).out.split('\n')
  expect(JSON.parse(json!)).toMatchObject({ before: { label: 'Arts' }, after: { label: 'Crafts' } })
})
