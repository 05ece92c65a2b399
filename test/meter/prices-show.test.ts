import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { command } from '../support/gateway.ts'

const CONFIG = `
providers:
  openai: { dialect: openai, apiKey: "\${OPENAI_API_KEY}" }
  local: { dialect: openai, baseUrl: "http://127.0.0.1:11434/v1", billing: none }
prices:
  house-model: { input: "1", output: "4", flex: { input: "0.5", output: "2" } }
price_files: [./list.json]
`

const LIST = {
  'gpt-99': {
    litellm_provider: 'openai',
    input_cost_per_token: 3e-6,
    output_cost_per_token: 1.2e-5,
    input_cost_per_token_above_200k_tokens: 6e-6,
  },
  'gpt-98': { litellm_provider: 'openai', input_cost_per_token: '3e-6' },
}

/** Run the command in a folder with this config, and this list of prices. */
async function show(line: string, list: string = JSON.stringify(LIST)) {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
  closeAfter(async () => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'tollgate.yaml'), CONFIG)
  writeFileSync(join(cwd, 'list.json'), list)
  const env = { OPENAI_API_KEY: 'sk-none' }
  return command(`prices show ${line} --config tollgate.yaml`, { env, cwd })
}

it('shows every kind, for every size of input and tier of service', async () => {
  const { code, out } = await show('gpt-99')
  expect(code).toBe(0)
  expect(out).toMatch(/^openai\/gpt-99: as listed, genai-prices@[\d.]+\+litellm@[0-9a-f]{12}\+[0-9a-f]{12}$/m)
  expect(out).toMatch(/^KIND +USUAL +USUAL > 200,000 +PRIORITY +PRIORITY > 200,000 +FOR$/m)
  expect(out).toMatch(/^input +\$3\.00 +\$6\.00 +\$6\.00 +\$12\.00 +a million tokens$/m)
  expect(out).toMatch(/^output +\$12\.00 +\$12\.00 +\$24\.00 +\$24\.00 +a million tokens$/m)
})

it('tells what it left out of a list, and shows what stands behind it', async () => {
  const { out, err } = await show('gpt-98')
  expect(err).toMatch(/^left out: .*list\.json: gpt-98: input_cost_per_token is no number$/)
  expect(out).toContain('openai/gpt-98: not listed, so the dearest known price of its provider')
})

it('an override, and a model of one’s own', async () => {
  expect((await show('house-model')).out).toMatch(/^input +\$1\.00 +\$0\.50 +\$2\.\d+ +a million tokens$/m)
  expect((await show('local/llama')).out).toContain('local/llama: free, as the config says of its provider')
})

it('as JSON, in nano-USD', async () => {
  const { out } = await show('openai/gpt-99 --json')
  expect(JSON.parse(out)).toMatchObject({
    model: 'openai/gpt-99',
    price: { input: 3_000_000_000, source: 'listed', tiers: [{ aboveInputTokens: 200_000 }] },
  })
})

it('a list that is none is refused, by its path', async () => {
  const { code, err } = await show('gpt-99', '<html>')
  expect(code).toBe(1)
  expect(err).toMatch(/price_files: .*list\.json is no list of prices: it is no JSON object of models$/)
})
