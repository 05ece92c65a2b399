import { nanoToUsd } from '@tollgate/kit/core'
import { CALL_PATHS } from '@tollgate/kit/wire'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { ADA, place, SECRET } from '../support/gateway.ts'

const model = 'gpt-4o-mini'
const messages = [{ role: 'user' as const, content: 'What does a toll cost?' }]

describe('the openai client, through a gateway from a config file', () => {
  it('gets an answer, paid for by its key', async () => {
    const { provider, start } = await place()
    const gateway = await start()
    const { data, response } = await gateway
      .client(SECRET)
      .chat.completions.create({ model, messages })
      .withResponse()
    expect(data.choices[0]?.message.content).toBe(provider.requests[0]?.texts[0])
    expect(provider.requests[0]?.headers.authorization).toBe('Bearer sk-real')
    const billed = provider.totals().nanoUsd
    expect(billed).toBeGreaterThan(0)
    expect(response.headers.get('x-tollgate-cost-usd')).toBe(nanoToUsd(billed))
    expect(response.headers.get('x-tollgate-budget-remaining-usd')).toBe(nanoToUsd(5_000_000_000 - billed))
  })

  it('gets a stream', async () => {
    const { provider, start } = await place()
    const stream = await (await start())
      .client(SECRET)
      .chat.completions.create({ model, messages, stream: true })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe(provider.requests[0]?.texts[0])
  })

  it('gets embeddings', async () => {
    const { start } = await place()
    const answer = await (await start())
      .client(SECRET)
      .embeddings.create({ model: 'text-embedding-3-small', input: 'toll' })
    expect(answer.data[0]?.embedding.length).toBeGreaterThan(0)
  })

  it('is refused when its budget is spent, with a message that says so, and does not try again', async () => {
    const { provider, start } = await place(ADA.replace('limit_usd: 5,', 'limit_usd: "0.0001",'))
    const gateway = await start()
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: SECRET, maxRetries: 2 })
    const calls: unknown[] = []
    for (let n = 0; n < 10; n += 1)
      calls.push(await client.chat.completions.create({ model, messages }).catch((error: unknown) => error))
    const refusals = calls.filter((call) => call instanceof OpenAI.RateLimitError)
    expect(refusals.length).toBeGreaterThan(0)
    expect(refusals.at(-1)).toMatchObject({
      status: 429,
      code: 'budget_exceeded',
      type: 'insufficient_quota',
    })
    expect(refusals.at(-1)?.message).toMatch(
      /Tollgate: key ada has used \$0\.0000\d+ of its \$0\.0001 daily budget; this request may cost up to .+ Resets .+ Ask for more: POST \/tollgate\/access \{"account":"key:ada","raise":\{"usd":"\S+","budget":"usd-day"\},"reason":"why","lasts":"7d"\}\. This is not/,
    )
    expect(provider.totals().reached).toBe(10 - refusals.length)
    expect(provider.totals().nanoUsd).toBeLessThanOrEqual(100_000)
  })

  it('is refused by its tier, and told which one has the model', async () => {
    const { provider, start } = await place(`
tiers: { default: { models: ["gpt-4o-mini"] }, project: { models: ["gpt-4o"], approval: team-lead } }
${ADA}`)
    const call = (await start()).client(SECRET).chat.completions.create({ model: 'gpt-4o', messages })
    await expect(call).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError)
    await expect(call).rejects.toThrow(/Tier project does \(approval: team-lead\)/)
    expect(provider.requests).toEqual([])
  })

  it.each(['tg-unknown', SECRET.toUpperCase()])('is refused with a key that is none: %s', async (key) => {
    const { start } = await place()
    const call = (await start()).client(key).chat.completions.create({ model, messages })
    await expect(call).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  })

  it('shortens its own cap near the limit where the config says so, and is refused otherwise', async () => {
    const tight = ADA.replace('limit_usd: 5,', 'limit_usd: "0.001",')
    const long = { model, messages, max_tokens: 16_000 }
    const refusing = await place(tight)
    await expect((await refusing.start()).client(SECRET).chat.completions.create(long)).rejects.toMatchObject(
      {
        code: 'budget_exceeded',
      },
    )
    const capping = await place(`near_limit: cap\n${tight}`)
    await (await capping.start()).client(SECRET).chat.completions.create(long)
    const { max_tokens } = capping.provider.requests[0]!.body as { max_tokens: number }
    expect(max_tokens).toBeLessThan(16_000)
  })

  it('answers 402 where the config says so', async () => {
    const { start } = await place(`budget_status: 402\n${ADA.replace('limit_usd: 5,', 'limit_usd: 0,')}`)
    const call = (await start()).client(SECRET).chat.completions.create({ model, messages })
    await expect(call).rejects.toMatchObject({ status: 402, code: 'budget_exceeded' })
  })
})

describe('mode: observe', () => {
  it('lets pass what a tier and a budget would refuse, and reports it', async () => {
    const { start, command } = await place(`
mode: observe
tiers: { default: { models: ["gpt-4o-mini"] } }
${ADA.replace('limit_usd: 5,', 'limit_usd: 0,')}`)
    const gateway = await start()
    const client = gateway.client(SECRET)
    const { response } = await client.chat.completions.create({ model, messages }).withResponse()
    expect(response.headers.get('x-tollgate-would-refuse')).toBe('budget_exceeded')
    await client.chat.completions.create({ model: 'gpt-4o', messages })
    expect(gateway.said).toContain('mode      observe: what budgets and tiers would refuse is only reported')
    await gateway.close()
    const { out } = await command('spend --would-refuse')
    expect(out).toMatch(/^budget_exceeded +key:ada +1 +\$0\.0000\d+ /m)
    expect(out).toMatch(/^model_not_allowed +key:ada +1 +\$0\.000\d+ /m)
  })
})

describe('a policy that only observes', () => {
  it('refuses nothing, beside budgets that do', async () => {
    const { start } = await place(`
policies: [{ name: cap, type: cost-limit, config: { limit_usd: 0, period: daily, action: observe } }]
${ADA}`)
    const gateway = await start()
    const { response } = await gateway
      .client(SECRET)
      .chat.completions.create({ model, messages })
      .withResponse()
    expect(response.headers.get('x-tollgate-would-refuse')).toBe('budget_exceeded')
    expect(gateway.said).toContain('policy    cap: $0.00 per key per day, UTC (only observed)')
  })
})

describe('GET /v1/models', () => {
  const ids = async (client: OpenAI) => (await client.models.list()).data.map(({ id }) => id)

  it('lists what the provider serves, to who may use it', async () => {
    const { start } = await place()
    const client = (await start()).client(SECRET)
    expect(await ids(client)).toEqual(
      expect.arrayContaining(['gpt-4o', 'gpt-4o-mini', 'text-embedding-3-small']),
    )
    expect(await client.models.retrieve('gpt-4o')).toMatchObject({
      id: 'gpt-4o',
      object: 'model',
      owned_by: 'openai',
    })
  })

  it('lists only the models of the tier, and hides that there are others', async () => {
    const { start } = await place(`tiers: { default: { models: ["gpt-4o-mini", "cheap"] } }\n${ADA}`)
    const client = (await start()).client(SECRET)
    expect(await ids(client)).toEqual(['gpt-4o-mini'])
    await expect(client.models.retrieve('gpt-4o')).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  })

  it('lists the routes of the config, and nothing else where nothing else passes', async () => {
    const { start } = await place(
      `routes: { cheap: [openai/gpt-4o-mini], "team/best": [openai/gpt-4o] }\n${ADA}`,
    )
    const client = (await start()).client(SECRET)
    expect(await ids(client)).toEqual(['cheap', 'team/best'])
    expect(await client.models.retrieve('team/best')).toMatchObject({ id: 'team/best' })
  })

  it('goes on without a provider that does not answer', async () => {
    const { provider, start } = await place(
      `routes: { cheap: [openai/gpt-4o-mini], "*": passthrough }\n${ADA}`,
    )
    const gateway = await start()
    await provider.close()
    expect(await ids(gateway.client(SECRET))).toEqual(['cheap'])
  })

  it('needs the key', async () => {
    const { start } = await place()
    await expect((await start()).client('nobody').models.list()).rejects.toBeInstanceOf(
      OpenAI.AuthenticationError,
    )
  })
})

describe('GET /tollgate/me', () => {
  const me = async (url: string) =>
    (await fetch(`${url}/tollgate/me`, { headers: { authorization: `Bearer ${SECRET}` } })).json()

  it('tells a caller of its own accounts', async () => {
    const { provider, start } = await place()
    const gateway = await start()
    await gateway.client(SECRET).chat.completions.create({ model, messages })
    const spent = nanoToUsd(provider.totals().nanoUsd)
    expect(await me(gateway.url)).toMatchObject({
      key: 'ada',
      team: 'science',
      tier: null,
      accounts: [
        {
          account: 'key:ada',
          spent_usd: spent,
          reserved_usd: '0.000000000',
          budgets: [{ metric: 'usd', window: 'day', limit_usd: '5.000000000', spent_usd: spent }],
        },
      ],
    })
  })

  it('tells no limits where limits are not exposed', async () => {
    const { start } = await place(`expose_limits: false\n${ADA}`)
    expect(await me((await start()).url)).toMatchObject({ accounts: [{ account: 'key:ada', budgets: [] }] })
  })
})

describe('addresses that nothing answers', () => {
  it.each([
    'GET /',
    'GET /v1',
    'GET /responses/resp_1',
    'GET /V1/models',
    'DELETE /metrics',
    'GET /admin/v1/spend',
  ])('%s is 404, in JSON', async (request) => {
    const { start } = await place()
    const [method = '', path = ''] = request.split(' ')
    const answer = await fetch((await start()).url + path, { method })
    expect(answer.status).toBe(404)
    expect(answer.headers.has('x-powered-by')).toBe(false)
    expect(await answer.json()).toMatchObject({ error: { code: 'endpoint_not_found' } })
  })

  it.each(['POST /v1/realtime', 'POST /threads'])('%s is told what there is instead', async (request) => {
    const { start } = await place()
    const [method = '', path = ''] = request.split(' ')
    const answer = await fetch((await start()).url + path, { method })
    const { error } = (await answer.json()) as { error: { message: string } }
    const calls = CALL_PATHS.map((path) => `POST ${path}`).join(', ')
    const served = `This release serves ${calls}, GET /v1/models, GET /tollgate/me, POST /tollgate/access.`
    expect(calls).toContain('POST /v1/chat/completions')
    expect(error.message).toContain(`Tollgate: There is nothing at ${request}. ${served} Ref `)
  })

  it('the listener of operators tells its own', async () => {
    const { start } = await place()
    const answer = await (await start()).admin('/admin/v1/kyes')
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain(
      'This release serves GET /healthz, GET /readyz, GET /metrics, what GET /admin/v1/openapi.json lists.',
    )
  })
})
