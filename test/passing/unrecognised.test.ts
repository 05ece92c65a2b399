import { describe, expect, it } from 'vitest'
import { paidApi, passingService, says } from '../support/passing.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const answer = {
  object: 'chat.completion',
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
}

/** What a later release of a provider may have, and we know nothing of. */
const LATER = `{"model" : "gpt-4o", "max_tokens": 5, "holograms": [1.0, 2e1], "messages": [
  {"role": "oracle", "content": [{"type": "hologram", "hologram": {"url": "x"}}]}]}`

async function chat(budgets: Parameters<typeof passingService>[0]['budgets'], usage?: object) {
  const api = await paidApi(says({ ...answer, ...(usage && { usage }) }))
  const service = await passingService({
    providers: [{ name: 'openai', dialect: 'openai', baseUrl: `${api.url}/v1` }],
    ...(budgets && { budgets }),
  })
  const ask = (body: string) =>
    service.fetch('/v1/chat/completions', { method: 'POST', headers: JSON_TYPE, body })
  return { api, ask, ...service }
}

/**
 * A payload on a known path that has something in it that nobody here knows: it goes on as it came, as a request among
 * others. One whose model or bounds cannot be read at all does not: neither a tier nor a budget could be held against it.
 */
describe('an unrecognised payload on a known path', () => {
  it('is passed on byte for byte, and limited by requests', async () => {
    const { api, ask, atRest } = await chat([{ limit_requests: 1, period: 'daily' }])
    expect((await ask(LATER)).status).toBe(200)
    expect((await ask(LATER)).status).toBe(429)
    await atRest()
    expect(api.arrived.map(({ body }) => body.toString())).toEqual([LATER])
  })

  it('is charged what its provider says; where it says nothing, an estimate, marked', async () => {
    const budgets = [{ limit_usd: '5.00', period: 'daily' as const }]
    const told = await chat(budgets, { prompt_tokens: 1_000, completion_tokens: 5, total_tokens: 1_005 })
    await (await told.ask(LATER)).text()
    await told.atRest()
    // 1,000 × $2.50/M + 5 × $10/M: https://platform.openai.com/docs/pricing
    expect(await told.books()).toMatchObject({ spent: 2_550_000 })
    const untold = await chat(budgets)
    await (await untold.ask(LATER)).text()
    await untold.atRest()
    expect((await untold.books()).spent).toBeGreaterThan(0)
  })

  it.each(['', 'hologram', '[]', '{"messages": []}', '{"model": 7, "messages": []}', '{"model": "gpt-4o"'])(
    'is refused where no model or no bound can be read in it: %j',
    async (body) => {
      const { api, ask, books } = await chat([])
      const refused = await ask(body)
      expect(refused.status).toBe(400)
      expect(await refused.json()).toMatchObject({ error: { code: 'invalid_request' } })
      expect(api.arrived).toEqual([])
      expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
    },
  )
})
