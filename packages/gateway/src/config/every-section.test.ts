import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from './index.ts'

const FILE = join(__dirname, '__fixtures__/every-section.yaml')
const SECRET = 'a-secret-of-at-least-thirty-two-characters'
const cwd = '/srv'
const config = loadConfig({
  file: FILE,
  cwd,
  env: { OPENAI_API_KEY: 'sk-provider', SECRET, TOLLGATE_MASTER_KEY: 'm'.repeat(32) },
})

const day = { metric: 'usd', window: 'day', timeZone: 'Europe/Berlin', mode: 'hard' }

it('reads single fields', () => {
  expect(config).toMatchObject({
    file: FILE,
    listen: { host: '127.0.0.1', port: 8787 },
    store: { kind: 'sqlite', path: join(cwd, 'data/tollgate.db') },
    mode: 'enforce',
    org: 'acme',
    timeZone: 'Europe/Berlin',
    masterKey: 'm'.repeat(32),
    unknownPrice: 'ceiling',
    nearLimit: 'refuse',
    budgetStatus: 429,
    waitMs: 250,
    exposeLimits: true,
    admin: { listen: { host: '127.0.0.1', port: 9000 }, token: SECRET },
    audit: [{ type: 'ndjson', path: join(cwd, 'data/audit.ndjson') }],
  })
})

it('has the providers with a key, and says why another has none', () => {
  expect(config.providers).toEqual([
    {
      name: 'openai',
      dialect: 'openai',
      baseUrl: 'https://api.openai.com/v1',
      apiKey: 'sk-provider',
      apiKeyFrom: 'OPENAI_API_KEY',
      billing: 'metered',
      conversations: 'owned',
      preset: 'openai',
      budgets: [],
      models: {},
      meters: {},
    },
    {
      name: 'local',
      dialect: 'openai',
      baseUrl: 'http://127.0.0.1:11434/v1',
      billing: 'none',
      conversations: 'owned',
      budgets: [],
      models: {},
      meters: {},
    },
  ])
  expect(config.disabledProviders).toEqual([{ name: 'spare', because: 'SPARE_KEY is not set' }])
  expect(config.warnings).toEqual([
    'provider spare is disabled: SPARE_KEY is not set',
    'route only-spare is disabled: none of its providers has a key',
  ])
})

it('routes only to providers that can be called', () => {
  expect(config.passthrough).toBe(true)
  expect(config.routes).toEqual([
    {
      model: 'gpt-4o',
      targets: [
        { provider: 'openai', model: 'gpt-4o', weight: 1 },
        { provider: 'local', model: 'org/model', weight: 1 },
      ],
      rules: {},
    },
    { model: 'only-spare', targets: [], rules: {} },
  ])
})

it('gives teams their tiers', () => {
  expect(config.tiers).toEqual([
    { name: 'default', models: ['gpt-4o-mini', 'claude-haiku-*'], endpoints: [], approval: 'none' },
    { name: 'experimental', models: ['*'], endpoints: ['fine-tuning', 'images'], approval: 'director' },
  ])
  expect(config.teams.map(({ id, tier, costCenter }) => [id, tier, costCenter])).toEqual([
    ['marketing', 'experimental', '0815'],
    ['sales', 'default', undefined],
  ])
})

it('reads budgets in exact nano-USD and the zone of the gateway', () => {
  expect(config.teams[0]!.budgets).toEqual([
    { ...day, id: 'usd-day-Europe/Berlin', limit: 500_000_000_000 },
    {
      id: 'tokens-hour-Europe/Berlin',
      metric: 'tokens',
      window: 'hour',
      timeZone: 'Europe/Berlin',
      limit: 1_000_000,
      mode: 'soft',
    },
  ])
  expect(config.defaults.user).toEqual([{ ...day, id: 'usd-day-Europe/Berlin', limit: 100_000_000 }])
  expect(config.keys[0]).toMatchObject({ id: 'demo', team: 'marketing', secret: SECRET })
  expect(config.keys[0]!.budgets).toMatchObject([{ window: 'total', limit: 1_000_000_000 }])
})

it('gives policies counters of their own', () => {
  expect(config.policies).toEqual([
    {
      name: 'daily-budget-cap',
      per: 'key',
      budget: { ...day, id: 'daily-budget-cap/usd-day-Europe/Berlin', limit: 50_000_000_000 },
    },
    {
      name: 'watch',
      per: 'user',
      budget: expect.objectContaining({ metric: 'requests', window: 'week', limit: 10, mode: 'soft' }),
    },
  ])
})

it('keeps the decimal text of prices, and the modules of the pipeline', () => {
  expect(config.prices).toEqual({
    'gpt-4o-mini': { input: '0.15', output: '0.60', cached_input: '0.0750' },
  })
  expect(config.pipeline[3]).toBe(join(cwd, 'my-stage.js'))
})

it('cannot be changed', () => {
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.isFrozen(config.teams[0]!.budgets[0])).toBe(true)
  expect(Object.isFrozen(config.admin.listen)).toBe(true)
})
