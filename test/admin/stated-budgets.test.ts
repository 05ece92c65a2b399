import { expect, it } from 'vitest'
import { place } from '../support/gateway.ts'
import { operatorAt } from './operator.ts'

const YAML = `
teams: [{ id: science, budgets: [{ limit_usd: 20, period: daily }] }, { id: arts }]
defaults: { key: { budgets: [{ limit_usd: 100, period: daily }] }, project: { budgets: [{ limit_usd: 90, period: daily }] } }
keys: [{ id: ada, team: science, project: atlas, secret: "\${ADA_SECRET}", budgets: [{ limit_usd: 5, period: daily }] }]
`

it('what the file states of a key stays, whatever is asked to be changed of it elsewhere', async () => {
  const { start } = await place(YAML)
  const admin = operatorAt((await start()).adminUrl)
  const limits = async (account: string) => {
    const { body } = await admin('GET', `/budgets/${account}`)
    return (body as { budgets: { limit_usd: string }[] }).budgets.map(({ limit_usd }) => Number(limit_usd))
  }
  for (const patch of [{ label: 'ours' }, { team: 'arts' }, { tags: { feature: 'search' } }])
    expect(await admin('PATCH', '/keys/ada', patch)).toMatchObject({ status: 409, code: 'read_only' })
  expect(await limits('key:ada')).toEqual([5])
  expect((await admin('POST', '/keys', { id: 'ci', team: 'science', project: 'atlas' })).status).toBe(201)
  expect(await limits('team:science')).toEqual([20])
  expect(await limits('project:atlas')).toEqual([90])
  expect(await limits('key:ci')).toEqual([100])
})
