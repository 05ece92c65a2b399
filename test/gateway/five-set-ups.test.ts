import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  EXAMPLE_PRICES,
  overloaded,
  rateLimited,
  type SimulatedProvider,
  serverError,
  simulatedProvider,
} from '@tollgate/testing'
import { loadConfig, startGateway } from 'tollgate'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { closeAfter } from '../support/close-after.ts'
import { SECRET } from '../support/gateway.ts'
import { pages } from '../support/pages.ts'

/** The config files under "Five set-ups", by the bold line above each. */
const [page] = pages('docs/stages/provider-failover.md')
const SET_UPS = new Map(
  Array.from(
    page!.text.matchAll(/^\*\*(.+)\*\*\n\n```yaml\n([\s\S]*?)^```$/gm),
    ([, title = '', code = '']) => [title, code],
  ),
)

/** What the paths of a provider's own host begin with, as its base URL has it. */
const VERSIONS = { openai: '/v1', anthropic: '', gemini: '/v1beta' }

/** What a server of one's own has, which nobody else knows. */
const HOME_GROWN = { llama3: { input: '0', output: '0' } }

interface SetUp {
  readonly providers: Record<string, { readonly dialect: keyof typeof VERSIONS; baseUrl?: string }>
}

/** Start a set-up as the page has it, each provider a simulated one, with a key that may spend so many USD a day. */
async function started(title: string, { limitUsd = 5 } = {}) {
  const code = SET_UPS.get(title)!
  const setUp: SetUp = parse(code)
  const servers: Record<string, SimulatedProvider> = {}
  for (const [name, provider] of Object.entries(setUp.providers)) {
    const server = await simulatedProvider({ answerTokens: 20, prices: { ...EXAMPLE_PRICES, ...HOME_GROWN } })
    closeAfter(() => server.close())
    servers[name] = server
    provider.baseUrl = new URL(server.url).origin + VERSIONS[provider.dialect]
  }
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  const house = {
    listen: { port: 0 },
    admin: { listen: { port: 0 }, token: 'the-operators-of-this-test-have-it' },
    keys: [{ id: 'ada', secret: SECRET, budgets: [{ limit_usd: limitUsd, period: 'daily' }] }],
  }
  writeFileSync(join(folder, 'tollgate.yaml'), stringify({ ...house, ...setUp }))
  const variables = Array.from(code.matchAll(/\$\{(\w+)\}/g), ([, name = '']) => name)
  const env = Object.fromEntries(variables.map((name) => [name, `sk-of-${name}`]))
  const config = loadConfig({ file: 'tollgate.yaml', env, cwd: folder })
  const gateway = await startGateway(config, { output: () => {}, cwd: folder })
  closeAfter(async () => void (await gateway.close()))
  const ask = async (model: string, said = 'hello', extra: object = {}) => {
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${SECRET}` },
      body: JSON.stringify({ model, max_tokens: 50, messages: [{ role: 'user', content: said }], ...extra }),
    })
    const body = (await answer.json()) as object
    const header = (name: string) => answer.headers.get(`x-tollgate-${name}`)
    return { status: answer.status, body, by: `${header('provider')}/${header('model')}`, header }
  }
  return { servers, ask }
}

describe('the set-ups of docs/stages/provider-failover.md', () => {
  it('are five, each of them tried here', () => {
    expect([...SET_UPS.keys()]).toEqual([
      'One provider, and another for its bad days',
      'Two regions that share the load, and prompt caches that stay warm',
      'Several keys of one account, and room for the others',
      "A server of one's own first, whichever is soonest behind it",
      'A cheaper model rather than a refusal',
    ])
  })

  it('One provider, and another for its bad days', async () => {
    const { servers, ask } = await started('One provider, and another for its bad days')
    expect(await ask('gpt-4o')).toMatchObject({ status: 200, by: 'openai/gpt-4o' })
    servers.openai!.next(overloaded)
    const answer = await ask('gpt-4o')
    expect(answer).toMatchObject({ status: 200, by: 'anthropic/claude-sonnet-4-5' })
    expect(answer.body).toMatchObject({ object: 'chat.completion' })
  })

  it('Two regions that share the load, and prompt caches that stay warm', async () => {
    const { servers, ask } = await started(
      'Two regions that share the load, and prompt caches that stay warm',
    )
    const regions = new Set<string>()
    for (let talk = 0; talk < 12; talk += 1) {
      const [first, second] = [await ask('gpt-4o', `talk ${talk}`), await ask('gpt-4o', `talk ${talk}`)]
      expect([first.status, second.by]).toEqual([200, first.by])
      regions.add(first.by)
    }
    expect([...regions].sort()).toEqual(['east/gpt-4o', 'west/gpt-4o'])
    expect(servers.east!.requests.length + servers.west!.requests.length).toBe(24)
  })

  it('Several keys of one account, and room for the others', async () => {
    const { servers, ask } = await started('Several keys of one account, and room for the others')
    servers.openai!.next(rateLimited({ retryAfterS: 60 }))
    for (let call = 0; call < 3; call += 1) expect((await ask('gpt-4o')).status).toBe(200)
    const used = servers.openai!.requests.map(({ headers }) => headers.authorization)
    expect(new Set(used.slice(1)).size).toBe(1)
    expect(used[1]).not.toBe(used[0])
    expect(used.every((key) => /^Bearer sk-of-OPENAI_KEY_[12]$/.test(String(key)))).toBe(true)
  })

  it("A server of one's own first, whichever is soonest behind it", async () => {
    const { servers, ask } = await started("A server of one's own first, whichever is soonest behind it")
    expect(await ask('chat')).toMatchObject({ status: 200, by: 'local/llama3' })
    expect((await ask('chat')).header('cost-usd')).toBe('0.000000000')
    servers.local!.next(serverError)
    expect(await ask('chat')).toMatchObject({ status: 200, by: 'openai/gpt-4o-mini' })
    servers.openai!.next(serverError)
    expect((await ask('fast')).status).toBe(200)
  })

  it('A cheaper model rather than a refusal', async () => {
    const title = 'A cheaper model rather than a refusal'
    const { ask } = await started(title)
    expect(await ask('smart')).toMatchObject({ status: 200, by: 'openai/gpt-4o' })
    const poor = await started(title, { limitUsd: 0.0004 })
    const answer = await poor.ask('smart')
    expect(answer).toMatchObject({ status: 200, by: 'openai/gpt-4o-mini' })
    expect(answer.header('downgraded')).toMatch(/^openai\/gpt-4o; budget/)
  })
})
