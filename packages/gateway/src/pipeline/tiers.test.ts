import { recordCache } from '@tollgate/kit/access'
import type { Directory, RecordKind } from '@tollgate/kit/directory'
import { sqliteDirectory } from '@tollgate/kit/directory/sqlite'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Config } from '../config/index.ts'
import { type TierRules, tierRules } from './tiers.ts'

const ORG = 'acme'
const DAY_MS = 86_400_000
const tier = (name: string, ...models: string[]) => ({ name, models, endpoints: [], approval: 'none' })
const team = (id: string, tier: string | undefined) => ({ id, tier, costCenter: undefined, budgets: [] })

const clock = { nowMs: Date.UTC(2026, 10, 18), now: () => clock.nowMs }
let directory: Directory

beforeEach(() => {
  clock.nowMs = Date.UTC(2026, 10, 18)
  directory = sqliteDirectory(':memory:', { clock })
  onTestFinished(() => directory.close())
})

function rulesOf(config: Partial<Pick<Config, 'tiers' | 'teams' | 'keys'>>): TierRules {
  const records = recordCache({ directory, clock })
  onTestFinished(() => records.close())
  return tierRules({ org: ORG, tiers: [], teams: [], keys: [], ...config }, { records, clock })
}

const put = (kind: RecordKind, id: string, value: object) =>
  directory.records.put({ kind, org: ORG, id, value: value as never }, { by: 'test' })

const caller = (fields: object) => ({ org: ORG, ...fields })
const opens = async (rules: TierRules, fields: object, ...models: string[]) => {
  const mayUse = await rules.opener(caller(fields))
  return models.filter(mayUse)
}

describe('tiers of a config', () => {
  const config = {
    tiers: [tier('default', 'gpt-4o-mini'), tier('best', '*')],
    teams: [team('research', 'best'), team('sales', 'default')],
  }

  it('belong to teams; whoever has none has the one called default', async () => {
    const { tierOf } = rulesOf(config)
    expect(await tierOf(caller({ team: 'research' }))).toBe('best')
    expect(await tierOf(caller({ team: 'gone' }))).toBe('default')
    expect(await tierOf(caller({}))).toBe('default')
  })

  it('open the models that they match, and all of them where none is declared', async () => {
    const rules = rulesOf(config)
    expect(await opens(rules, { team: 'sales' }, 'gpt-4o-mini', 'gpt-4o')).toEqual(['gpt-4o-mini'])
    expect(await opens(rules, { team: 'research' }, 'gpt-4o')).toEqual(['gpt-4o'])
    expect(await opens(rulesOf({}), {}, 'anything')).toEqual(['anything'])
  })

  it('are nothing for whoever has no team where none is called default', async () => {
    const rules = rulesOf({ tiers: [tier('best', '*')] })
    expect(await rules.tierOf(caller({}))).toBeUndefined()
    expect(await opens(rules, {}, 'gpt-4o')).toEqual([])
  })
})

it('the tier of a caller is its key’s, its project’s, its user’s, its team’s, its org’s, and then the default', async () => {
  for (const name of ['key', 'project', 'user', 'team', 'org', 'default'])
    await put('tier', name, { models: ['*'], rank: 0 })
  await put('project', 'site', { tier: 'project' })
  await put('user', 'ada', { tier: 'user' })
  await put('team', 'search', { tier: 'team' })
  const { tierOf } = rulesOf({ keys: [{ id: 'ci', tier: 'key' }] as unknown as Config['keys'] })
  const all = { key: 'ci', project: 'site', user: 'ada', team: 'search' }
  expect(await tierOf(caller(all))).toBe('key')
  expect(await tierOf(caller({ ...all, key: 'k2' }))).toBe('project')
  expect(await tierOf(caller({ ...all, key: 'k2', project: 'p2' }))).toBe('user')
  expect(await tierOf(caller({ user: 'u2', team: 'search' }))).toBe('team')
  expect(await tierOf(caller({ team: 't2' }))).toBe('default')
  await put('org', ORG, { tier: 'org' })
  expect(await tierOf(caller({ team: 't2' }))).toBe('org')
})

it('a tier that is changed in the directory counts from then on, and a grant until its end', async () => {
  await put('tier', 'default', { models: ['gpt-4o-mini'], rank: 0 })
  const rules = rulesOf({})
  const ada = { user: 'ada', key: 'k' }
  const models = ['gpt-4o-mini', 'gpt-4o', 'o3']
  expect(await opens(rules, ada, ...models)).toEqual(['gpt-4o-mini'])
  await put('tier', 'default', { models: ['gpt-4o-mini', 'o3'], rank: 0 })
  expect(await opens(rules, ada, ...models)).toEqual(['gpt-4o-mini', 'o3'])
  const given = { approvedBy: 'admin', reason: 'because', fromMs: clock.nowMs, untilMs: clock.nowMs + DAY_MS }
  await put('grant', 'g1', { account: 'user:ada', models: ['gpt-4o'], ...given })
  expect(await opens(rules, ada, ...models)).toEqual(models)
  expect(await opens(rules, { user: 'bob' }, ...models)).toEqual(['gpt-4o-mini', 'o3'])
  clock.nowMs += DAY_MS - 1
  expect(await opens(rules, ada, 'gpt-4o')).toEqual(['gpt-4o'])
  clock.nowMs += 1
  expect(await opens(rules, ada, 'gpt-4o')).toEqual([])
})
