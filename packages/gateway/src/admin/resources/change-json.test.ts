import type { Change } from '@tollgate/kit/directory'
import { expect, it } from 'vitest'
import { changeJson } from './change-json.ts'

const LONG = 'x'.repeat(220)
const changeOf = (kind: Change['kind'], after: object): Change =>
  ({ kind, org: 'acme', id: 'one', sequence: 1, atMs: 0, actor: { by: 'config' }, after }) as Change

it('tells what was kept as it is, though nobody could write it so at this API', () => {
  expect(changeJson(changeOf('team', { costCenter: LONG, leads: ['ada'] })).after).toEqual({
    cost_center: LONG,
    leads: ['ada'],
  })
  expect(
    changeJson(changeOf('tier', { models: ['my model'], rank: -1, caps: { maxCostNanoUsd: 5e8 } })).after,
  ).toEqual({ models: ['my model'], rank: -1, caps: { max_cost_usd: '0.500000000' } })
  const key = { id: 'one', team: LONG, createdAtMs: 0, scopes: { maxCostNanoUsd: 1e9 }, expiresAtMs: 1000 }
  expect(changeJson(changeOf('key', key)).after).toMatchObject({
    team: LONG,
    expires_at: '1970-01-01T00:00:01.000Z',
    scopes: { max_cost_usd: '1.000000000' },
  })
  const grant = {
    account: 'team:a',
    approvedBy: 'admin',
    reason: 'r',
    fromMs: 0,
    untilMs: 1000,
    models: ['my model'],
    raise: { budget: 'usd-day', nanoUsd: 2e9 },
  }
  expect(changeJson(changeOf('grant', grant)).after).toMatchObject({
    models: ['my model'],
    until: '1970-01-01T00:00:01.000Z',
    raise: { usd: '2.000000000' },
  })
})
