// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files under test have such placeholders.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI from 'openai'
import { loadConfig, startGateway } from 'tollgate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { closeAfter } from '../support/close-after.ts'
import { command, place } from '../support/gateway.ts'
import { type LitellmDatabase, litellmDatabase, sha256 } from './litellm-database.ts'

const CONFIG = `
model_list:
  - model_name: gpt-4o-mini
    litellm_params: { model: openai/gpt-4o-mini, api_base: os.environ/PROVIDER, api_key: os.environ/OPENAI_API_KEY }
  - model_name: fast
    litellm_params: { model: gpt-4o-mini, api_base: os.environ/PROVIDER, api_key: os.environ/OPENAI_API_KEY, weight: 3, rpm: 60 }
  - model_name: fast
    litellm_params: { model: groq/llama-3.3-70b-versatile, api_key: os.environ/GROQ_API_KEY }
  - model_name: smart
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: "sk-ant-in-the-file-itself", input_cost_per_token: 2.5e-06, output_cost_per_token: 0.0000125 }
  - model_name: private
    litellm_params: { model: azure/our-gpt, api_base: "https://us.openai.azure.com", api_key: os.environ/AZURE_API_KEY, api_version: "2025-01-01" }
  - { model_name: strange, litellm_params: { model: sagemaker/ours } }
  - { model_name: "anthropic/*", litellm_params: { model: "anthropic/*", api_key: os.environ/ANTHROPIC_API_KEY } }
router_settings:
  routing_strategy: latency-based-routing
  num_retries: 3
  model_group_alias: { default: gpt-4o-mini }
  redis_host: localhost
litellm_settings:
  fallbacks: [{ gpt-4o-mini: [smart] }]
  context_window_fallbacks: [{ smart: [gpt-4o-mini] }]
  request_timeout: 600
  success_callback: [langfuse]
general_settings: { master_key: sk-1234, database_url: os.environ/DATABASE_URL }
`

const ADA = 'sk-Ada0123456789abcdefghij'
const BOB = 'sk-Bob0123456789abcdefghij'
const OLD_BOB = 'sk-OldBob0123456789abcdefg'
const GONE = 'sk-Gone0123456789abcdefghi'

const ROWS = `
  INSERT INTO "LiteLLM_BudgetTable" (budget_id, max_budget, budget_duration) VALUES ('b1', 100, '14d');
  INSERT INTO "LiteLLM_OrganizationTable" VALUES ('o1', 'everyone', 'b1');
  INSERT INTO "LiteLLM_TeamTable" (team_id, team_alias, max_budget, budget_duration, rpm_limit, tpm_limit, models)
    VALUES ('3f2b', 'marketing', 500, '30d', 600, 200000, '{gpt-4o-mini}'), ('77aa', 'twins', NULL, NULL, NULL, NULL, '{}'),
      ('77bb', 'twins', NULL, NULL, NULL, NULL, '{}');
  INSERT INTO "LiteLLM_ProjectTable" (project_id, project_alias, team_id) VALUES ('p1', 'launch', '3f2b');
  INSERT INTO "LiteLLM_UserTable" (user_id, teams, max_budget, budget_duration) VALUES ('eve', '{3f2b,77aa}', 0.1, '1d'),
    ('litellm-proxy-budget', '{}', 1000, '30d');
  INSERT INTO "LiteLLM_VerificationToken" (token, key_name, key_alias, team_id, user_id, project_id, max_budget, spend, metadata, models)
    VALUES ('${sha256(ADA)}', 'sk-...ghij', 'ada', '3f2b', 'eve', 'p1', 10, 2.5, '{"tags":["batch"]}', '{gpt-4o-mini,fast}');
  INSERT INTO "LiteLLM_VerificationToken" (token, key_alias, team_id, budget_id, tpm_limit, max_parallel_requests, aliases)
    VALUES ('${sha256(BOB)}', 'bob', '77aa', 'b1', 1000000, 2, '{"swift":"fast"}');
  INSERT INTO "LiteLLM_VerificationToken" (token, key_alias, expires) VALUES ('${sha256(GONE)}', 'gone', '2020-01-01');
  INSERT INTO "LiteLLM_VerificationToken" (token, key_alias, blocked) VALUES ('${sha256('sk-blocked')}', 'shut', true);
  INSERT INTO "LiteLLM_DeprecatedVerificationToken" VALUES ('d1', '${sha256(OLD_BOB)}', '${sha256(BOB)}', '2099-01-01');
`

/** Postgres itself, compiled to WebAssembly: it is only read, and takes seconds to start. */
let database: LitellmDatabase
beforeAll(async () => {
  database = await litellmDatabase(ROWS)
}, 120_000)
afterAll(() => database.close())

/** A folder with LiteLLM's config, its database, and a provider. */
async function moving() {
  const { folder, provider } = await place()
  writeFileSync(join(folder, 'litellm.yaml'), CONFIG)
  const { url } = database
  const env = {
    PROVIDER: provider.url,
    OPENAI_API_KEY: 'sk-real',
    ANTHROPIC_API_KEY: 'sk-ant',
    GROQ_API_KEY: 'gsk',
    AZURE_API_KEY: 'az',
  }
  const typed = (options: string) =>
    command(`import litellm --config litellm.yaml ${options}`, { env, cwd: folder })
  const written = () => parse(readFileSync(join(folder, 'moved.yaml'), 'utf8')) as Record<string, never>
  const start = async () => {
    const ports = 'listen: { port: 0 }\nadmin: { listen: { port: 0 } }\n'
    writeFileSync(join(folder, 'run.yaml'), ports + readFileSync(join(folder, 'moved.yaml'), 'utf8'))
    const gateway = await startGateway(loadConfig({ file: 'run.yaml', env, cwd: folder }))
    closeAfter(async () => void (await gateway.close()))
    return gateway
  }
  return { folder, provider, url, typed, written, start, env }
}

const chat = {
  model: 'gpt-4o-mini',
  max_tokens: 5,
  messages: [{ role: 'user' as const, content: 'Still here?' }],
}

it('a deployed key goes on working, as whose it was, and its rotated one as long as it did there', async () => {
  const { url, typed, start, provider, folder, env } = await moving()
  const { code, err } = await typed(`--database-url ${url} --out moved.yaml`)
  expect([code, err]).toEqual([0, expect.stringContaining('2 keys and 1 users taken, 0 there already')])
  const gateway = await start()
  const call = (apiKey: string) =>
    new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 }).chat.completions.create(chat)
  for (const key of [ADA, BOB, OLD_BOB]) await call(key)
  expect(provider.requests).toHaveLength(3)
  for (const no of [GONE, 'sk-blocked', sha256(ADA), `${ADA}x`, 'sk-1234'])
    await expect(call(no), no).rejects.toMatchObject({ status: 401 })
  const me = await fetch(`${gateway.url}/tollgate/me`, { headers: { authorization: `Bearer ${ADA}` } })
  const told = JSON.stringify(await me.json())
  for (const whose of ['"team":"marketing"', '"project":"launch"', '"user":"eve"'])
    expect(told).toContain(whose)
  expect(told).toContain('"limit_usd":"7.500000000"')
  await gateway.close()

  const listed = await command('keys list --json --config moved.yaml', { env, cwd: folder })
  expect(listed.out).toContain('"rates":{"tpm":1000000,"concurrency":2}')

  const again = await typed(`--database-url ${url} --out moved.yaml`)
  expect(again.err).toContain('moved.yaml: is as it would be written')
  expect(again.err).toContain('0 keys and 0 users taken, 3 there already')
  for (const name of ['tollgate.db', 'tollgate.db-wal'].map((name) => join(folder, 'data', name))) {
    const bytes = readOr(name)
    for (const secret of [ADA, sha256(ADA), Buffer.from(sha256(ADA), 'hex').toString('latin1')])
      expect(bytes.includes(secret)).toBe(false)
  }
  const changed = `${readFileSync(join(folder, 'moved.yaml'), 'utf8')}org: default\n`
  writeFileSync(join(folder, 'moved.yaml'), changed)
  expect((await typed(`--database-url ${url} --out moved.yaml`)).err).toContain('left as it is')
  expect(readFileSync(join(folder, 'moved.yaml'), 'utf8')).toBe(changed)
  expect(env.OPENAI_API_KEY).toBe('sk-real')
})

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

it('the config says what LiteLLM’s did, as far as it goes, and no secret', async () => {
  const { url, typed, written } = await moving()
  await typed(`--database-url ${url} --out moved.yaml`)
  expect(written()).toEqual({
    providers: {
      openai: { preset: 'openai', baseUrl: '${PROVIDER}', apiKey: '${OPENAI_API_KEY}' },
      groq: { preset: 'groq', apiKey: '${GROQ_API_KEY}' },
      anthropic: { preset: 'anthropic', apiKey: '${ANTHROPIC_API_KEY}' },
      azure: {
        preset: 'azure',
        baseUrl: 'https://us.openai.azure.com',
        apiVersion: '2025-01-01',
        apiKey: '${AZURE_API_KEY}',
      },
    },
    routes: {
      'gpt-4o-mini': ['openai/gpt-4o-mini', 'anthropic/claude-sonnet-4-5'],
      fast: {
        targets: [{ to: 'openai/gpt-4o-mini', weight: 3 }, 'groq/llama-3.3-70b-versatile'],
        order: 'least-latency',
      },
      smart: { targets: ['anthropic/claude-sonnet-4-5', 'openai/gpt-4o-mini'], rescues: ['context_window'] },
      private: ['azure/our-gpt'],
      default: ['openai/gpt-4o-mini', 'anthropic/claude-sonnet-4-5'],
      '*': 'passthrough',
    },
    prices: { 'anthropic/claude-sonnet-4-5': { input: '2.5', output: '12.5' } },
    retries: { max: 3 },
    timeouts: { total: '600s' },
    teams: [
      {
        id: 'marketing',
        projects: ['launch'],
        budgets: [{ limit_usd: '500', period: 'monthly' }],
        rates: { rpm: 600, tpm: 200000 },
      },
      { id: '77aa' },
      { id: '77bb' },
    ],
  })
})

describe('a dry run', () => {
  it('tells what becomes of everything, and writes nothing', async () => {
    const { url, typed, written } = await moving()
    const { code, out } = await typed(`--database-url ${url} --out moved.yaml --dry-run`)
    expect(code).toBe(0)
    expect(written).toThrow('ENOENT')
    for (const line of [
      /^model_list\[0\] +as it is +gpt-4o-mini → openai\/gpt-4o-mini$/m,
      /^model_list\[3\]\.litellm_params\.api_key +changed +stood in the file itself: set ANTHROPIC_API_KEY/m,
      /^model_list\[5\] +LEFT OUT +sagemaker\/ours: its provider is none that is known here/m,
      /^model_list\[1\]\.litellm_params\.rpm +LEFT OUT/m,
      /^general_settings\.master_key +LEFT OUT +operators have a token of their own/m,
      /^organization everyone +LEFT OUT/m,
      /^key bob\.max_budget +changed +\$100 every 14d became its share, \$50 weekly$/m,
      /^key bob\.aliases +LEFT OUT +a name means the same to all callers/m,
      /^key gone +LEFT OUT +has expired$/m,
      /^key shut +LEFT OUT +is blocked$/m,
      /^user eve +changed +is of several teams/m,
      /^team marketing\.models +LEFT OUT +gpt-4o-mini: make a tier/m,
      /^\d+ carried, \d+ left out$/m,
    ])
      expect(out).toMatch(line)
    for (const secret of ['sk-ant-in-the-file-itself', 'sk-1234', sha256(ADA), 'the-password'])
      expect(out).not.toContain(secret)
  })

  it('says what is wrong with the database, and never its password', async () => {
    const { typed } = await moving()
    const { code, err } = await typed('--database-url postgresql://me:the-password@127.0.0.1:9/x --dry-run')
    expect([code, err]).toEqual([1, expect.stringContaining('the database of LiteLLM cannot be read')])
    expect(err).not.toContain('the-password')
  })

  it('needs LiteLLM’s config', async () => {
    const { folder } = await moving()
    expect(await command('import litellm', { env: {}, cwd: folder })).toMatchObject({ code: 2 })
  })
})
