import { describe, expect, it } from 'vitest'
import { ADA, place, type Running, SECRET } from '../support/gateway.ts'

const CACHE = `
cache:
  mode: semantic
  delta: 0.05
  sampling: any
  shadow: true
  embedder: { provider: openai, dimensions: 64 }
  judge: { provider: openai, model: gpt-4o-mini, team: judges }
`
const TEAMS = ADA.replace(
  'teams: [{ id: science }]',
  'teams: [{ id: science }, { id: judges, budgets: [{ limit_usd: 1, period: daily }] }]',
)

function post(gateway: Running, path: string, body: object, method = 'POST') {
  return fetch(gateway.url + path, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${SECRET}` },
  })
}

async function ask(gateway: Running, content: string): Promise<string | null> {
  const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content }] }
  const answer = await post(gateway, '/v1/chat/completions', body)
  await answer.text()
  return answer.headers.get('x-tollgate-cache-entry') ?? answer.headers.get('x-tollgate-cache')
}

interface Status {
  readonly semantic: {
    readonly asked: number
    readonly misses: Record<string, number>
    readonly shadow: boolean
  }
}

describe('a gateway with a semantic cache', () => {
  it("embeds what it was asked at its caller's cost, and tells operators what it has learnt", async () => {
    const at = await place(TEAMS + CACHE)
    const gateway = await at.start()
    expect(await ask(gateway, 'How do I reset the password of my account?')).toBe('miss')
    await at.provider.waitFor(({ requests }) => requests.some(({ path }) => path.endsWith('/embeddings')))
    await expect
      .poll(async () => {
        const answer = await gateway.admin('/admin/v1/spend?account=key:ada')
        const { spent_usd } = (await answer.json()) as { spent_usd: string }
        return Math.round(Number(spent_usd) * 1e9) - at.provider.totals().nanoUsd
      })
      .toBe(0)
    const { semantic } = (await (await gateway.admin('/admin/v1/cache')).json()) as Status
    expect(semantic).toMatchObject({ shadow: true, asked: 1, misses: { empty: 1 } })
    expect(await (await gateway.admin('/metrics')).text()).toContain(
      'tollgate_cache_semantic_labels{judgement="same"} 0',
    )
  })

  it('closes its books with all in them that it has bought, however late that came', async () => {
    const at = await place(TEAMS + CACHE)
    const gateway = await at.start()
    await ask(gateway, 'How do I reset the password of my account?')
    await at.provider.waitFor(({ requests }) => requests.some(({ path }) => path.endsWith('/embeddings')))
    await gateway.close()
    const again = await at.start()
    const metrics = await (await again.admin('/metrics')).text()
    const held = metrics.split('\n').filter((line) => line.startsWith('tollgate_reserved_usd{'))
    expect(held.length).toBeGreaterThan(0)
    expect(held.filter((line) => !line.endsWith(' 0'))).toEqual([])
    const answer = await again.admin('/admin/v1/spend?account=key:ada')
    const { spent_usd } = (await answer.json()) as { spent_usd: string }
    expect(Math.round(Number(spent_usd) * 1e9)).toBeGreaterThanOrEqual(at.provider.totals().nanoUsd)
  })

  it('removes an answer that a caller says is wrong', async () => {
    const at = await place(TEAMS + CACHE)
    const gateway = await at.start()
    const question = 'How do I reset the password of my account?'
    await ask(gateway, question)
    const entry = await ask(gateway, question)
    const say = async (body: object) => (await post(gateway, '/tollgate/cache/feedback', body)).json()
    expect(await say({ entry, correct: false })).toEqual({ removed: true })
    expect(await say({ entry, correct: false })).toEqual({ removed: false })
    expect(await ask(gateway, question)).toBe('miss')
    expect(await say({ entry, correct: true })).toMatchObject({ error: { code: 'invalid_request' } })
  })

  it('lets nobody empty it by saying so of everything', async () => {
    const at = await place(TEAMS + CACHE)
    const gateway = await at.start()
    const say = () => post(gateway, '/tollgate/cache/feedback', { entry: 'share.unknown', correct: false })
    const statuses: number[] = []
    for (let at = 0; at < 31; at += 1) statuses.push((await say()).status)
    expect(statuses.slice(0, 30)).toEqual(Array<number>(30).fill(200))
    const refused = await say()
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({ error: { code: 'rate_limited' } })
    // What its calls of models are limited to is another matter.
    expect(await ask(gateway, 'How do I reset the password of my account?')).toBe('miss')
  })

  it.each([
    ['cache: { mode: semantic }', 'embedder'],
    ['cache: { mode: semantic, embedder: { provider: nobody } }', 'names no provider'],
    ['cache: { mode: semantic, embedder: { path: ./models } }', 'needs model and dimensions'],
    ['cache: { mode: semantic, embedder: {} }', 'needs one of provider'],
    ['cache: { mode: semantic, delta: 0.5, embedder: { provider: openai } }', 'at most 0.2'],
    [
      'cache: { mode: semantic, embedder: { provider: openai }, judge: { provider: openai, model: m, team: nobody } }',
      'is not a team',
    ],
  ])('is not started from %s', async (cache, cure) => {
    const at = await place(`${TEAMS}\n${cache}`)
    expect(() => at.read()).toThrow(cure)
  })
})
