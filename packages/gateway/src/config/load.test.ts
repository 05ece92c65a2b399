// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files under test have such placeholders.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Config } from './config.ts'
import { ConfigError, loadConfig } from './index.ts'

const cwd = mkdtempSync(join(tmpdir(), 'tollgate-config-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

type Env = Record<string, string>

const SECRET = 'a-secret-that-no-message-may-repeat-0123456789'
const ENV: Env = { OPENAI_API_KEY: 'sk-provider', SECRET, EMPTY: '' }

function load(text: string, env: Env = ENV, file = 'tollgate.yaml'): Config {
  writeFileSync(join(cwd, file), text)
  return loadConfig({ file, env, cwd })
}

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('a config file with every section', () => {
  const config = load(
    `
listen: { host: 127.0.0.1, port: 8787 }
store: sqlite:./data/tollgate.db
mode: enforce
org: acme
timezone: Europe/Berlin
master_key: "\${TOLLGATE_MASTER_KEY}"
unknown_price: ceiling
near_limit: refuse
budget_status: 429
wait: 250ms
expose_limits: true
providers:
  openai: { dialect: openai, baseUrl: "https://api.openai.com/v1/", apiKey: "\${OPENAI_API_KEY}" }
  spare:  { dialect: openai, baseUrl: "https://spare.example/v1", apiKey: "\${SPARE_KEY}" }
  local:  { dialect: openai, baseUrl: "http://127.0.0.1:11434/v1", billing: none }
routes:
  gpt-4o: [openai/gpt-4o, spare/gpt-4o, local/org/model]
  only-spare: [spare/gpt-4o]
  "*": passthrough
tiers:
  default:      { models: [gpt-4o-mini, "claude-haiku-*"], approval: none }
  experimental: { models: ["*"], endpoints: [fine-tuning, images], approval: director }
teams:
  - id: marketing
    tier: experimental
    cost_center: 0815
    budgets: [{ limit_usd: 500, period: daily }, { limit_tokens: 1000000, period: hourly, mode: soft }]
  - id: sales
defaults:
  user: { budgets: [{ limit_usd: 0.10, period: daily }] }
keys:
  - { id: demo, team: marketing, secret: "\${SECRET}", budgets: [{ limit_usd: 1, period: total }] }
prices:
  gpt-4o-mini: { input: 0.15, output: "0.60", cached_input: 0.0750 }
cache: { mode: off, ttl: 1h, scope: project }
policies:
  - name: "daily-budget-cap"
    type: "cost-limit"
    config:
      limit_usd: 50
      period: "daily"
      action: "reject"
  - { name: watch, type: cost-limit, config: { limit_requests: 10, period: weekly, action: observe, per: user } }
audit: [{ type: ndjson, path: ./data/audit.ndjson }]
admin: { listen: { host: 127.0.0.1, port: 9000 }, token: "\${SECRET}" }
pipeline: [audit-log, auth-virtual-key, tier-check, ./my-stage.js, budget-reserve, usage-reconcile, provider-failover]
`,
    { ...ENV, TOLLGATE_MASTER_KEY: 'm'.repeat(32) },
  )
  const day = { metric: 'usd', window: 'day', timeZone: 'Europe/Berlin', mode: 'hard' }

  it('single fields', () => {
    expect(config).toMatchObject({
      file: 'tollgate.yaml',
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

  it('providers with a key, and why another has none', () => {
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

  it('routes, only to providers that can be called', () => {
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

  it('tiers and teams', () => {
    expect(config.tiers).toEqual([
      { name: 'default', models: ['gpt-4o-mini', 'claude-haiku-*'], endpoints: [], approval: 'none' },
      { name: 'experimental', models: ['*'], endpoints: ['fine-tuning', 'images'], approval: 'director' },
    ])
    expect(config.teams.map(({ id, tier, costCenter }) => [id, tier, costCenter])).toEqual([
      ['marketing', 'experimental', '0815'],
      ['sales', 'default', undefined],
    ])
  })

  it('budgets, in exact nano-USD and the zone of the gateway', () => {
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

  it('policies, with counters of their own', () => {
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

  it('prices keep their decimal text, the pipeline its modules', () => {
    expect(config.prices).toEqual({
      'gpt-4o-mini': { input: '0.15', output: '0.60', cached_input: '0.0750' },
    })
    expect(config.pipeline[3]).toBe(join(cwd, 'my-stage.js'))
  })

  it('nothing of it can be changed', () => {
    expect(Object.isFrozen(config)).toBe(true)
    expect(Object.isFrozen(config.teams[0]!.budgets[0])).toBe(true)
    expect(Object.isFrozen(config.admin.listen)).toBe(true)
  })
})

describe('without a file', () => {
  it('the policy of the first start, the team default, and nothing to call', () => {
    const config = loadConfig({ env: {}, cwd })
    expect(config).toMatchObject({
      file: undefined,
      listen: { host: '127.0.0.1', port: 8787 },
      store: { path: join(cwd, 'data/tollgate.db') },
      org: 'default',
      masterKey: undefined,
      providers: [],
      passthrough: true,
      teams: [{ id: 'default', tier: undefined, budgets: [] }],
      admin: { listen: { host: '127.0.0.1', port: 8788 }, token: undefined },
      pipeline: [
        'audit-log',
        'auth-virtual-key',
        'tier-check',
        'rate-limit',
        'owner-check',
        'semantic-cache',
        'budget-reserve',
        'usage-reconcile',
        'provider-proxy',
        'provider-failover',
      ],
    })
    expect(config.policies).toEqual([
      {
        name: 'daily-budget-cap',
        per: 'key',
        budget: {
          id: 'daily-budget-cap/usd-day',
          metric: 'usd',
          window: 'day',
          timeZone: 'UTC',
          limit: 50_000_000_000,
          mode: 'hard',
        },
      },
    ])
  })

  it('the environment gives the provider, the admin token and the master key', () => {
    const env = {
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
      TOLLGATE_ADMIN_TOKEN: 't',
      TOLLGATE_MASTER_KEY: SECRET,
    }
    const config = loadConfig({ env, cwd })
    expect(config.providers).toMatchObject([
      { name: 'openai', apiKey: 'k', baseUrl: 'http://127.0.0.1:9/v1', apiKeyFrom: 'OPENAI_API_KEY' },
    ])
    expect(config.admin.token).toBe('t')
    expect(config.masterKey).toBe(SECRET)
  })

  it('an empty variable is as good as none', () => {
    const config = loadConfig({
      env: { OPENAI_API_KEY: '', TOLLGATE_MASTER_KEY: '', TOLLGATE_ADMIN_TOKEN: '' },
      cwd,
    })
    expect(config).toMatchObject({ providers: [], masterKey: undefined, admin: { token: undefined } })
  })

  it('what is wrong is said of the environment', () => {
    const run = () => loadConfig({ env: { TOLLGATE_MASTER_KEY: 'short' }, cwd })
    expect(run).toThrow('environment: master_key must have at least 32 bytes: openssl rand -hex 32 makes one')
  })
})

describe('a file', () => {
  it('may leave out what the environment says', () => {
    const config = load('org: acme', { ...ENV, TOLLGATE_ADMIN_TOKEN: 't', TOLLGATE_MASTER_KEY: SECRET })
    expect(config).toMatchObject({
      org: 'acme',
      providers: [{ name: 'openai' }],
      admin: { token: 't' },
      masterKey: SECRET,
      policies: [],
    })
  })

  it('comes before the environment', () => {
    const text =
      'admin: { token: from-file }\nmaster_key: 0123456789abcdef0123456789abcdef\nproviders: { local: { dialect: openai } }'
    const config = load(text, { ...ENV, TOLLGATE_ADMIN_TOKEN: 't', TOLLGATE_MASTER_KEY: SECRET })
    expect(config).toMatchObject({
      admin: { token: 'from-file' },
      masterKey: '0123456789abcdef0123456789abcdef',
      providers: [{ name: 'local' }],
    })
    expect(config.providers).toHaveLength(1)
  })

  it('may be JSON, tabs and all', () => {
    const json = JSON.stringify(
      { org: 'acme', teams: [{ id: 'a', budgets: [{ limit_usd: 0.1, period: 'daily' }] }] },
      null,
      '\t',
    )
    const config = load(json, ENV, 'tollgate.json')
    expect(config.teams[0]!.budgets[0]!.limit).toBe(100_000_000)
  })

  it('reads amounts by their text: nothing is lost to a float', () => {
    const limitOf = (text: string) =>
      load(`teams: [{ id: a, budgets: [{ limit_usd: ${text}, period: daily }] }]`).teams[0]!.budgets[0]!.limit
    expect(limitOf('4503599.627370496')).toBe(2 ** 52)
    expect(limitOf('4503599.627370495')).toBe(2 ** 52 - 1)
    expect(limitOf('0.000000001')).toBe(1)
    expect(limitOf('1.10')).toBe(1_100_000_000)
    expect(limitOf('"0.30"')).toBe(300_000_000)
    expect(limitOf('0')).toBe(0)
    fc.assert(
      fc.property(fc.nat({ max: 4_000_000 }), fc.nat({ max: 999_999_999 }), (whole, nano) => {
        expect(limitOf(`${whole}.${String(nano).padStart(9, '0')}`)).toBe(whole * 1e9 + nano)
      }),
      { numRuns: 50 },
    )
  })

  it('takes numbers and switches from the environment too', () => {
    const config = load('listen: { port: "${PORT}" }\nexpose_limits: "${SHOW}"\nwait: "${WAIT}"', {
      ...ENV,
      PORT: '80',
      SHOW: 'false',
      WAIT: '2s',
    })
    expect(config).toMatchObject({ listen: { port: 80 }, exposeLimits: false, waitMs: 2_000 })
  })

  it('puts a variable in once, keeps what is escaped, and reads *_FILE', () => {
    writeFileSync(join(cwd, 'token'), 'from-a-file\n')
    const config = load('org: "a-${ONE}-$${TWO}-$"\nadmin: { token: "${TOKEN}" }', {
      ...ENV,
      ONE: '${TWO}',
      TWO: 'x',
      TOKEN_FILE: 'token',
    })
    expect(config.org).toBe('a-${TWO}-${TWO}-$')
    expect(config.admin.token).toBe('from-a-file')
  })

  it('a variable wins over its file', () => {
    expect(load('org: "${ONE}"', { ...ENV, ONE: 'set', ONE_FILE: '/nowhere' }).org).toBe('set')
  })

  it('without providers, and with none in the environment, is refused', () => {
    expect(problemsOf(() => load('org: acme', {}))).toEqual([
      'providers is missing: declare one, or set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY',
    ])
  })

  it('that is not there, is no text, or is no mapping is refused', () => {
    expect(() => loadConfig({ file: 'nowhere.yaml', env: ENV, cwd })).toThrow(
      'nowhere.yaml: cannot be read: there is no such file',
    )
    writeFileSync(join(cwd, 'latin1.yaml'), Buffer.from([0x6f, 0xff, 0xfe]))
    expect(() => loadConfig({ file: 'latin1.yaml', env: ENV, cwd })).toThrow(
      'latin1.yaml: cannot be read: it is not UTF-8',
    )
    expect(() => load('- a\n- b')).toThrow('tollgate.yaml: the file must be a mapping of fields to values')
  })

  it('that is empty is all defaults', () => {
    expect(load('# nothing yet\n').listen.port).toBe(8787)
  })
})
