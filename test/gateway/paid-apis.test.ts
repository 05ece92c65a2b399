import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ADA, place, SECRET } from '../support/gateway.ts'
import { paidApi, says } from '../support/passing.ts'

/** Deepgram's answer, as far as its meter reads it: https://developers.deepgram.com/reference/listen-file */
const heard = (seconds: unknown) => ({ metadata: { duration: seconds }, results: { channels: [] } })

const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'audio/wav' }

/** A gateway with a paid API beside its model provider, as the documentation writes it. */
async function listening(answer = says(heard(90)), { yaml = ADA, provider = '' } = {}) {
  const api = await paidApi(answer)
  const made = await place(yaml)
  made.edit(
    'providers:',
    `providers:
  deepgram:
    dialect: http
    baseUrl: "${api.url}"
    auth: { header: authorization, value: "Token \${ADA_SECRET}" }
    meter: { unit: minute, usd: "0.0043", from: metadata.duration, divide: 60, reserve: 60 }
    ${provider}`,
  )
  return { api, made }
}

const spent = async (gateway: { admin(path: string): Promise<Response> }) => {
  const answer = await gateway.admin('/admin/v1/spend?account=key:ada')
  return (await answer.json()) as { spent_usd: string; reserved_usd: string }
}

describe('a paid API of the config', () => {
  it('is asked with the operator’s credential, and charged by what it answers', async () => {
    const { api, made } = await listening()
    const gateway = await made.start()
    const answer = await fetch(`${gateway.url}/deepgram/v1/listen?model=nova-3`, {
      method: 'POST',
      headers,
      body: Buffer.alloc(1000),
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual(heard(90))
    // 90 s are 1.5 minutes of $0.0043.
    expect(answer.headers.get('x-tollgate-cost-usd')).toBe('0.006450000')
    expect(answer.headers.get('x-tollgate-budget-remaining-usd')).toBe('4.993550000')
    expect(answer.headers.get('x-tollgate-provider')).toBe('deepgram')
    expect(api.arrived).toMatchObject([
      { method: 'POST', url: '/v1/listen?model=nova-3', headers: { authorization: `Token ${SECRET}` } },
    ])
    expect(await spent(gateway)).toMatchObject({ spent_usd: '0.006450000', reserved_usd: '0.000000000' })
    expect(gateway.said.join('\n')).toContain('deepgram ✓ ADA_SECRET, $0.0043 a minute')
  })

  it('shows its units in what was spent, by the API and by the command', async () => {
    const { made } = await listening()
    const gateway = await made.start()
    const body = Buffer.alloc(10)
    for (let call = 0; call < 2; call += 1)
      await (await fetch(`${gateway.url}/deepgram/v1/listen`, { method: 'POST', headers, body })).text()
    const table = await gateway.admin('/admin/v1/spend?group_by=provider')
    expect(((await table.json()) as { rows: object[] }).rows).toMatchObject([
      { provider: 'deepgram', requests: 2, images: 0, units: { minute: '3' }, spent_usd: '0.012900000' },
    ])
    const { out } = await made.command('spend --by provider')
    expect(out).toMatch(/PROVIDER +REQUESTS +REFUSED +TOKENS IN +TOKENS OUT +PIECES +SPENT/)
    expect(out).toMatch(/deepgram +2 +0 +0 +0 +3 minute +\$0\.0129/)
  })

  it('is refused where its worst case is not left', async () => {
    // 60 minutes are $0.258.
    const { api, made } = await listening(says(heard(1)), {
      yaml: ADA.replace('limit_usd: 5,', 'limit_usd: "0.25",'),
    })
    const gateway = await made.start()
    const answer = await fetch(`${gateway.url}/deepgram/v1/listen`, { method: 'POST', headers, body: 'x' })
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({ error: { code: 'budget_exceeded' } })
    expect(api.arrived).toEqual([])
  })

  it('without its credential is disabled, and said to be', async () => {
    const { made } = await listening()
    made.edit(/Token \$\{\w+\}/, 'Token $' + '{UNSET}')
    const gateway = await made.start()
    expect(gateway.said.join('\n')).toContain('provider deepgram is disabled: UNSET is not set')
    const answer = await fetch(`${gateway.url}/deepgram/v1/listen`, { method: 'POST', headers, body: 'x' })
    expect(answer.status).toBe(404)
  })

  it('is passed through to in a pipeline that names no provider-proxy', async () => {
    const { api, made } = await listening()
    appendFileSync(
      join(made.folder, 'tollgate.yaml'),
      '\npipeline: [audit-log, auth-virtual-key, tier-check, budget-reserve, usage-reconcile, provider-failover]\n',
    )
    const gateway = await made.start()
    const answer = await fetch(`${gateway.url}/deepgram/v1/listen`, { method: 'POST', headers, body: 'x' })
    expect(answer.status).toBe(200)
    expect(api.arrived).toHaveLength(1)
  })

  it('costs by path where its meters say so', async () => {
    const { made } = await listening(says({ projects: [] }), {
      provider: 'meters: { "GET /v1/projects/*": { unit: request, usd: 0 } }',
    })
    const gateway = await made.start()
    const answer = await fetch(`${gateway.url}/deepgram/v1/projects/1`, { headers })
    expect([answer.status, answer.headers.get('x-tollgate-cost-usd')]).toEqual([200, '0.000000000'])
  })
})

describe('a config of a paid API', () => {
  const withProvider = async (provider: string) => {
    const made = await place()
    made.edit('providers:', `providers:\n  api: ${provider}`)
    return (await made.command('config check')).err
  }
  const at = 'baseUrl: "https://api.example"'

  it.each([
    [`{ dialect: http }`, 'providers.api.baseUrl is missing'],
    [`{ dialect: http, ${at}, apiKey: k }`, 'providers.api.apiKey is for providers of models: write auth'],
    [`{ dialect: openai, auth: { header: x, value: y } }`, 'providers.api.auth is for dialect http'],
    [`{ dialect: http, ${at}, auth: { header: host, value: y } }`, 'auth.header: "host" is no header for'],
    [`{ dialect: http, ${at}, meter: { unit: m } }`, 'providers.api.meter.usd is missing'],
    [`{ dialect: http, ${at}, meter: { unit: m, usd: 1e3 } }`, 'meter.usd'],
    [`{ dialect: http, ${at}, meter: { unit: m, usd: 1, divide: 0 } }`, 'cannot be 0'],
    [`{ dialect: http, ${at}, meter: { unit: m, usd: 1, reserve: -1 } }`, 'is no decimal number'],
    [
      `{ dialect: http, ${at}, meter: { unit: m, usd: 1, reserve: 9999999 } }`,
      'more than the books can count',
    ],
    [`{ dialect: http, ${at}, meter: { unit: m, usd: 1, from: "a..b" } }`, 'is no place in an answer'],
    [`{ dialect: http, ${at}, meters: { v1: { unit: m, usd: 1 } } }`, 'is no path: write "/v1/batches"'],
    [`{ dialect: http, ${at}, metre: { unit: m, usd: 1 } }`, 'did you mean meter'],
  ])('%s is told what is wrong', async (provider, problem) => {
    expect(await withProvider(provider)).toContain(problem)
  })

  it('takes no model to it', async () => {
    const made = await place(`routes: { fast: [api/gpt-4o] }\n${ADA}`)
    made.edit('providers:', `providers:\n  api: { dialect: http, ${at} }`)
    expect((await made.command('config check')).err).toContain(
      'routes.fast[0]: "api/gpt-4o" names no provider',
    )
  })
})
