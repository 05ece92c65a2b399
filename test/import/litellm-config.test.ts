// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files under test have such placeholders.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { usdToNano } from '@tollgate/kit/core'
import OpenAI from 'openai'
import { loadConfig, startGateway } from 'tollgate'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { closeAfter } from '../support/close-after.ts'
import { ADMIN_TOKEN, command, place, SECRET } from '../support/gateway.ts'

/** What a server of Ollama's has, and what it is said to cost whoever runs it: USD for a million tokens. */
const OLLAMA = { llama3: { input: '2', output: '4' }, qwen3: { input: '0', output: '0' } }
const ENV = { OPENAI_API_KEY: 'sk-real', AZURE_API_KEY: 'az' }

/** A config of LiteLLM's, taken over: the new one, what was said of it, and what commands say of the new one. */
async function moved(litellm: string) {
  const { folder, provider } = await place(undefined, { prices: OLLAMA })
  const world = { env: ENV, cwd: folder }
  writeFileSync(
    join(folder, 'litellm.yaml'),
    litellm.replaceAll('PROVIDER', provider.url.replace(/\/v1$/, '')),
  )
  const { code, out, err } = await command('import litellm --config litellm.yaml --out moved.yaml', world)
  expect([code, out]).toEqual([0, ''])
  const path = join(folder, 'moved.yaml')
  const checked = await command('config check --config moved.yaml', world)
  expect(checked).toMatchObject({ code: 0 })
  return {
    provider,
    folder,
    told: err,
    checked: checked.out,
    config: parse(readFileSync(path, 'utf8')) as Record<string, Record<string, unknown>>,
    explain: async (model: string) =>
      (await command(`route explain ${model} --config moved.yaml`, world)).out,
    /** A gateway that runs from the new config, with one key more: its client, and what it has spent. */
    async start() {
      const ports = `listen: { port: 0 }\nadmin: { listen: { port: 0 }, token: "${ADMIN_TOKEN}" }\nkeys: [{ id: ada, secret: "${SECRET}" }]\n`
      writeFileSync(join(folder, 'run.yaml'), ports + readFileSync(path, 'utf8'))
      const gateway = await startGateway(loadConfig({ file: 'run.yaml', env: ENV, cwd: folder }))
      closeAfter(async () => void (await gateway.close()))
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
      return {
        openai: new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: SECRET, maxRetries: 0 }),
        async spentUsd() {
          const answer = await fetch(`${gateway.adminUrl}/admin/v1/spend?account=key:ada`, { headers })
          return ((await answer.json()) as { spent_usd: string }).spent_usd
        },
      }
    },
  }
}

const asked = (model: string) => ({
  model,
  max_tokens: 5,
  messages: [{ role: 'user' as const, content: 'Still here?' }],
})

it('a server of Ollama’s is asked where it answers, and what it is stated to cost is charged', async () => {
  const { config, told, explain, start, provider } = await moved(`
model_list:
  - model_name: llama
    litellm_params: { model: ollama/llama3, api_base: PROVIDER, api_key: os.environ/OPENAI_API_KEY, input_cost_per_token: 0.000002, output_cost_per_token: 0.000004 }
  - model_name: free
    litellm_params: { model: ollama_chat/qwen3, api_base: PROVIDER, api_key: os.environ/OPENAI_API_KEY }
  - model_name: zero
    litellm_params: { model: ollama/phi4, api_base: PROVIDER, api_key: os.environ/OPENAI_API_KEY }
    model_info: { input_cost_per_token: 0, output_cost_per_token: 0 }
litellm_settings: { max_budget: 0.001, budget_duration: 30d }
`)
  expect(config.providers).toEqual({
    ollama: {
      preset: 'ollama',
      baseUrl: provider.url,
      apiKey: '${OPENAI_API_KEY}',
      billing: 'metered',
    },
    'ollama-2': { preset: 'ollama', baseUrl: provider.url, apiKey: '${OPENAI_API_KEY}' },
  })
  expect(config.prices).toEqual({ 'ollama/llama3': { input: '2', output: '4' } })
  expect(told).toMatch(/^model_list\[0\] costs +as it is +prices: ollama\/llama3, and billing: metered$/m)
  expect(told).toMatch(/^model_list\[0\]\.litellm_params\.api_base +changed +became baseUrl: http.+\/v1$/m)
  expect(await explain('llama')).toMatch(/ollama\/llama3 +\$2\.00 +\$4\.00/)
  expect(await explain('free')).toMatch(/ollama-2\/qwen3 +\$0\.00 +\$0\.00/)

  const { openai, spentUsd } = await start()
  await openai.chat.completions.create(asked('llama'))
  await openai.chat.completions.create(asked('free'))
  const { requests, nanoUsd } = provider.totals()
  expect([requests, nanoUsd > 0]).toEqual([2, true])
  expect(usdToNano(await spentUsd())).toBe(nanoUsd)
  // Its worst case is more than the budget that everybody has together; what costs nothing goes on.
  const tooMuch = { ...asked('llama'), max_tokens: 1_000 }
  await expect(openai.chat.completions.create(tooMuch)).rejects.toMatchObject({ status: 429 })
  await openai.chat.completions.create({ ...asked('free'), max_tokens: 1_000 })
  expect(provider.requests).toHaveLength(3)
})

it('a deployment has the price of its base model, and one without is listed', async () => {
  const azure = 'api_base: "https://us.openai.azure.com/", api_key: os.environ/AZURE_API_KEY'
  const { config, told, explain } = await moved(`
model_list:
  - model_name: gpt-4o
    litellm_params: { model: azure/my-gpt4o, ${azure}, api_version: latest }
    model_info: { base_model: azure/gpt-4o }
  - model_name: plain
    litellm_params: { model: azure/gpt-4o-mini, ${azure}, api_version: latest }
  - model_name: unknown
    litellm_params: { model: azure/our-own, ${azure}, api_version: latest }
  - model_name: misnamed
    litellm_params: { model: azure/other, ${azure}, api_version: latest }
    model_info: { base_model: azure/no-such-model }
  - model_name: contract
    litellm_params: { model: azure/cheap, ${azure}, api_version: latest }
    model_info: { base_model: azure/gpt-4o, input_cost_per_token: 1e-06, output_cost_per_token: 2e-06 }
  - model_name: again
    litellm_params: { model: azure/my-gpt4o, ${azure}, api_version: latest }
    model_info: { base_model: azure/gpt-4o-mini }
  - { model_name: named, litellm_params: { model: azure/gpt-4.1, ${azure}, api_version: latest }, model_info: { base_model: azure/eu/ours } }
  - { model_name: before, litellm_params: { model: azure/late, ${azure}, api_version: latest } }
  - { model_name: after, litellm_params: { model: azure/late, ${azure}, api_version: latest }, model_info: { base_model: gpt-4o } }
`)
  expect(config.providers).toEqual({
    azure: {
      preset: 'azure',
      baseUrl: 'https://us.openai.azure.com',
      apiKey: '${AZURE_API_KEY}',
      models: { 'my-gpt4o': 'gpt-4o', late: 'gpt-4o' },
    },
  })
  for (const line of [
    /^model_list\[0\]\.model_info\.base_model +as it is +providers\.azure\.models: my-gpt4o is gpt-4o$/m,
    /^model_list\[2\]\.model_info\.base_model +LEFT OUT +is not stated: azure\/our-own is charged at the dearest price/m,
    /^model_list\[3\]\.model_info\.base_model +LEFT OUT +no-such-model is nothing that azure has a price for: azure\/other is charged at the dearest/m,
    /^model_list\[4\]\.model_info\.base_model +LEFT OUT +azure\/cheap has a price of its own/m,
    /^model_list\[5\]\.model_info\.base_model +LEFT OUT +.+my-gpt4o is gpt-4o, as an entry before it says$/m,
    /^model_list\[6\]\.model_info\.base_model +LEFT OUT +eu\/ours is nothing .+: azure\/gpt-4\.1 is charged by its own name/m,
  ])
    expect(told).toMatch(line)
  expect(told).not.toMatch(/model_list\[[17]\]\.model_info/)

  const isUnlisted = async (model: string) => (await explain(model)).includes('is not listed')
  expect(await explain('gpt-4o')).toMatch(/azure\/my-gpt4o +\$2\.50 +\$10\.00/)
  expect(await explain('contract')).toMatch(/azure\/cheap +\$1\.00 +\$2\.00/)
  for (const [model, unlisted] of [
    ['gpt-4o', false],
    ['plain', false],
    ['unknown', true],
    ['misnamed', true],
    ['contract', false],
    ['named', false],
    ['before', false],
  ] as const)
    expect([model, await isUnlisted(model)]).toEqual([model, unlisted])
})

const TWO = `
model_list:
  - { model_name: big, litellm_params: { model: openai/gpt-4o } }
  - { model_name: small, litellm_params: { model: openai/gpt-4o-mini } }
`

it('fallbacks and aliases are listed, and an order only where there is one', async () => {
  const one = await moved(`${TWO}
router_settings: { routing_strategy: least-busy, model_group_alias: { best: big } }
litellm_settings: { fallbacks: [{ big: [small] }, { gone: [small] }], context_window_fallbacks: [{ small: [big] }] }
`)
  expect(JSON.stringify(one.config)).not.toContain('order')
  for (const line of [
    /^router_settings\.routing_strategy +LEFT OUT +least-busy: nothing to choose by it/m,
    /^fallbacks\.big +as it is +behind it: openai\/gpt-4o-mini$/m,
    /^fallbacks\.gone +LEFT OUT +gone is no model of model_list$/m,
    /^context_window_fallbacks\.small +changed +behind it: openai\/gpt-4o, with rescues: context_window/m,
    /^model_group_alias\.best +as it is +routes: best goes where big goes$/m,
  ])
    expect(one.told).toMatch(line)
  expect(await one.explain('big')).toContain('in the order that they are written in')

  const several = await moved(`${TWO}
  - { model_name: big, litellm_params: { model: openai/gpt-4.1 } }
router_settings: { routing_strategy: least-busy }
`)
  expect(several.told).toMatch(
    /^router_settings\.routing_strategy +changed +least-busy became order: weight, of big$/m,
  )
  expect(await several.explain('big')).toContain('by weight')
  expect(await several.explain('small')).toContain('in the order that they are written in')
})

it('LiteLLM’s own budget is a policy of the org, with its period', async () => {
  const { told, config, checked } = await moved(`${TWO}
litellm_settings: { max_budget: 1000, budget_duration: 30d }
`)
  expect(config.policies).toEqual([
    {
      name: 'max-budget',
      type: 'cost-limit',
      config: { limit_usd: '1000', period: 'monthly', action: 'reject', per: 'org' },
    },
  ])
  expect(told).toMatch(/^litellm_settings\.max_budget +as it is +policies: \$1000 monthly per org$/m)
  expect(told).toMatch(/^litellm_settings\.budget_duration +as it is +the period of that policy: monthly$/m)
  expect(checked).toMatch(/max-budget: \$1,?000\.00 per org per month/)

  const forever = await moved(`${TWO}
litellm_settings: { max_budget: 20 }
`)
  expect(forever.told).toMatch(
    /^litellm_settings\.max_budget +changed +policies: \$20 total per org, and what was/m,
  )
  const none = await moved(`${TWO}
litellm_settings: { max_budget: 0, budget_duration: 30d }
`)
  expect(none.config.policies).toBeUndefined()
  expect(none.told).toMatch(/^litellm_settings\.budget_duration +LEFT OUT/m)
})

it('an address of a database that is empty is refused as that', async () => {
  const { folder } = await place()
  writeFileSync(join(folder, 'litellm.yaml'), TWO)
  const { code, err } = await command('import litellm --config litellm.yaml --database-url= --dry-run', {
    env: {},
    cwd: folder,
  })
  expect([code, err]).toEqual([2, expect.stringContaining('--database-url is empty')])
})
