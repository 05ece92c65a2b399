import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nanoToUsd } from '@tollgate/kit/core'
import { HOUSES, simulatedProvider } from '@tollgate/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { ADA, command, place, SECRET } from '../support/gateway.ts'

const messages = [{ role: 'user' as const, content: 'What does a toll cost?' }]
const PRICES = 'prices: { gpt-4o-mini: { input: "0.15", output: "0.60", cached_input: "0.075" } }'

/** A gateway whose providers are these, beside the one that every test has. */
async function withProviders(yaml: string, simulated = {}) {
  const { provider, configure, start } = await place()
  const other = await simulatedProvider({ apiKey: 'sk-other', ...simulated })
  closeAfter(() => other.close())
  const origin = new URL(other.url).origin
  configure(`  ${yaml.replaceAll('ORIGIN', origin)}\n${ADA}\n${PRICES}`)
  return { provider, other, gateway: await start() }
}

describe('a provider in the config of a gateway', () => {
  it.each([
    ['is known by its name', 'mistral: { baseUrl: "ORIGIN/v1", apiKey: sk-other }', 'mistral'],
    ['says which one it is', 'fast: { preset: mistral, baseUrl: "ORIGIN/v1", apiKey: sk-other }', 'fast'],
  ])('%s, and is called and charged in its own ways', async (_, yaml, name) => {
    const routes = `routes: { mini: [${name}/gpt-4o-mini] }`
    const { other, gateway } = await withProviders(`${yaml}\n${routes}`, { house: HOUSES.mistral })
    const stream = gateway.client(SECRET).chat.completions.create({
      model: 'mini',
      messages,
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 9,
    })
    let usage: unknown
    for await (const chunk of await stream) usage = chunk.usage ?? usage
    expect(usage).toMatchObject({ completion_tokens: 9 })
    expect(other.requests[0]?.body).toMatchObject({ model: 'gpt-4o-mini', max_tokens: 9 })
    const spend = await gateway.admin('/admin/v1/spend?account=key:ada')
    expect(await spend.json()).toMatchObject({ spent_usd: nanoToUsd(other.totals().nanoUsd) })
    const line = gateway.said.find((text) => text.startsWith('provider'))
    expect(line).toContain(name === 'mistral' ? 'mistral ✓ key as configured' : 'fast (mistral) ✓')
  })

  it('may be Azure, Vertex AI and Bedrock', async () => {
    const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a-secret-of-awss' }
    const yaml = `azure: { baseUrl: "ORIGIN", apiKey: sk-other, apiVersion: "2024-10-21", models: { gpt-4o-mini: gpt-4o-mini } }
  bedrock: { region: us-east-1, baseUrl: "ORIGIN", accessKeyId: ${keys.accessKeyId}, secretAccessKey: ${keys.secretAccessKey} }
  cloud: { preset: vertex, project: acme, location: global, baseUrl: "ORIGIN", tokenFile: ./token }
routes: { mini: [azure/gpt-4o-mini], nova: ["bedrock/amazon.nova-lite-v1:0"], flash: [cloud/gemini-2.5-flash] }`
    const { other, gateway } = await withProviders(yaml, { aws: { ...keys, region: 'us-east-1' } })
    const ask = (model: string) => gateway.client(SECRET).chat.completions.create({ model, messages })
    await ask('mini')
    await ask('nova')
    expect(other.requests.map(({ path, status }) => `${status} ${path}`)).toEqual([
      '200 /openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21',
      '200 /model/amazon.nova-lite-v1%3A0/converse',
    ])
    // Nobody has written its token yet: it is not called, and the caller is not told why.
    await expect(ask('flash')).rejects.toThrow(/cloud cannot be called/)
    const line = gateway.said.find((text) => text.startsWith('provider'))
    expect(line).toMatch(
      /azure ✓ key as configured · bedrock ✓ keys as configured · cloud \(vertex\) ✓ token in /,
    )
  })

  it('is there as soon as its key is, without a file', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
    onTestFinished(() => rmSync(cwd, { recursive: true }))
    const env = { GROQ_API_KEY: 'gsk-1', XAI_API_KEY: 'xai-1' }
    const { out } = await command('config check', { env, cwd })
    expect(out).toMatch(/groq ✓ GROQ_API_KEY · xai ✓ XAI_API_KEY/)
    writeFileSync(join(cwd, 'tollgate.yaml'), 'providers: { ollama: {} }')
    const checked = await command('config check --config tollgate.yaml', { env, cwd })
    expect(checked.out).toMatch(/ollama ✓ no key needed, costs nothing/)
  })
})
