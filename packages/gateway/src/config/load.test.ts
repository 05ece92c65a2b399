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

describe('without a file', () => {
  it('has the policy of the first start, the team default, and nothing to call', () => {
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
