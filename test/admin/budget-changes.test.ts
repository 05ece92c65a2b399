import { describe, expect, it } from 'vitest'
import { place } from '../support/gateway.ts'
import { redisPlace } from '../support/redis-place.ts'
import { type Ask, operatorAt } from './operator.ts'

interface Told {
  readonly kind: string
  readonly id: string
  readonly by: string
  readonly reason: string | null
  readonly before: object | null
  readonly after: object | null
}

const YAML = `
tiers:
  default: { models: ["gpt-4o-mini"], budgets: [{ limit_usd: 9, period: daily }] }
teams:
  - { id: science, tier: default, budgets: [{ limit_usd: 50, period: daily }] }
  - { id: maths, tier: default }
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}", budgets: [{ limit_usd: 5, period: daily }] }]
`

const perDay = (usd: string) => ({ budgets: [{ limit_usd: usd, period: 'daily', mode: 'hard' }] })
const daily = (limit_usd: string) => ({ budgets: [{ limit_usd, period: 'daily' }] })

/** What the history tells of budgets, the oldest first. */
async function budgetsTold(admin: Ask): Promise<readonly Told[]> {
  const { data } = (await admin('GET', '/changes?limit=1000')).body as { data: readonly Told[] }
  return data.filter(({ kind }) => kind === 'budgets').toReversed()
}

const briefly = ({ id, by, before, after }: Told) => [id, by, before, after]

const STARTED = [
  ['team:science', 'config', null, perDay('50.000000000')],
  ['key:ada', 'config', null, perDay('5.000000000')],
]

async function onSqlite(yaml = YAML) {
  const files = await place(yaml)
  const gateway = await files.start({ reload: files.read })
  return { ...files, gateway, admin: operatorAt(gateway.adminUrl) }
}

async function onRedis() {
  const { start } = await redisPlace()
  return { admin: operatorAt((await start()).adminUrl) }
}

for (const [store, started] of Object.entries({ SQLite: onSqlite, Redis: onRedis }))
  it(`budgets that are set and taken away are in the history, before and after, on ${store}`, async () => {
    const { admin } = await started()
    const from = (await budgetsTold(admin)).length
    await admin('POST', '/teams', { id: 'arts' })
    await admin('PUT', '/budgets/team:arts', daily('20'))
    // Said again in other words, it is no change.
    await admin('PUT', '/budgets/team:arts', daily('20.00'))
    await admin('PUT', '/budgets/team:arts', daily('7.5'))
    await admin('DELETE', '/budgets/team:arts')
    await admin('DELETE', '/budgets/team:arts')
    await admin('POST', '/keys', { id: 'poet', team: 'arts', ...daily('2') })
    expect((await budgetsTold(admin)).slice(from).map(briefly)).toEqual([
      ['team:arts', 'admin', null, perDay('20.000000000')],
      ['team:arts', 'admin', perDay('20.000000000'), perDay('7.500000000')],
      ['team:arts', 'admin', perDay('7.500000000'), null],
      ['key:poet', 'admin', null, perDay('2.000000000')],
    ])
  })

describe('the budgets of a file', () => {
  it('are in the history at the first start, and once they are others', async () => {
    const { admin, gateway, edit, start } = await onSqlite()
    expect((await budgetsTold(admin)).map(briefly)).toEqual(STARTED)
    edit('limit_usd: 50', 'limit_usd: 60')
    edit(', budgets: [{ limit_usd: 5, period: daily }]', '')
    await gateway.reload()
    const changed = [
      ['team:science', 'config', perDay('50.000000000'), perDay('60.000000000')],
      ['key:ada', 'config', perDay('5.000000000'), null],
    ]
    expect((await budgetsTold(admin)).map(briefly)).toEqual([...STARTED, ...changed])
    await gateway.close()
    const again = operatorAt((await start()).adminUrl)
    expect((await budgetsTold(again)).map(briefly)).toEqual([...STARTED, ...changed])
  })

  it('take away what somebody had given an account that it names by now, and say so', async () => {
    const { admin, gateway, edit } = await onSqlite()
    await admin('POST', '/teams', { id: 'arts' })
    await admin('PUT', '/budgets/team:arts', daily('20'))
    edit(
      '  - { id: maths, tier: default }',
      '  - { id: maths, tier: default }\n  - { id: arts, tier: default }',
    )
    await gateway.reload()
    expect((await budgetsTold(admin)).at(-1)).toMatchObject({
      id: 'team:arts',
      by: 'config',
      before: perDay('20.000000000'),
      after: null,
    })
    const { body } = await admin('GET', '/budgets/team:arts')
    expect(body).toMatchObject({ owner: 'config', budgets: [{ limit_usd: '9.000000000' }] })
  })

  it('are changed by nobody else, who leaves no word of it', async () => {
    const { start, command, edit } = await place(YAML)
    const admin = operatorAt((await start()).adminUrl)
    expect(await admin('PUT', '/budgets/team:science', daily('1'))).toMatchObject({ code: 'read_only' })
    // The gateway goes by the file as it was, and follows none; a command reads it as it is.
    edit(/ {2}- \{ id: science.*\n/, '')
    edit('team: science, ', '')
    const refused = await command('budgets set team:science --budget 1/daily')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('The budgets of team:science') })
    expect((await admin('GET', '/budgets/team:science')).body).toMatchObject({
      budgets: [{ limit_usd: '50.000000000' }],
    })
    expect((await budgetsTold(admin)).map(briefly)).toEqual(STARTED)
  })
})

it('what comes with a tier is told of the tier alone', async () => {
  const { admin } = await onSqlite()
  await admin('POST', '/tiers', { id: 'big', models: ['*'], rank: 5 })
  await admin('POST', '/teams', { id: 'arts', tier: 'big' })
  await admin('PATCH', '/tiers/big', daily('3'))
  expect((await admin('GET', '/budgets/team:arts')).body).toMatchObject({
    budgets: [{ limit_usd: '3.000000000' }],
  })
  expect((await budgetsTold(admin)).map(briefly)).toEqual(STARTED)
  expect((await admin('GET', '/changes?limit=1')).body).toMatchObject({
    data: [{ kind: 'tier', id: 'big', after: daily('3.000000000') }],
  })
})

it('tollgate changes tells what an account may spend, before and after', async () => {
  const { command } = await onSqlite()
  await command('keys create --id ci --team science')
  await command('budgets set key:ci --budget 20/daily --budget 5requests/total')
  await command('budgets set key:ci --budget 30/daily --soft')
  await command('budgets remove key:ci')
  const [, ...lines] = (await command('changes --limit 3')).out.split('\n')
  const told = lines.map((line) => /^\S+ +command:\S+ +budgets:key:ci +(.*?) +-$/.exec(line)?.[1])
  expect(told).toEqual([
    '$30.00 per day (only observed) → none of its own',
    '$20.00 per day, 5 requests in all → $30.00 per day (only observed)',
    'none of its own → $20.00 per day, 5 requests in all',
  ])
})
