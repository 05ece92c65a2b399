import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nanoToUsd } from '@tollgate/kit/core'
import { rateLimited } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { ADA, ADMIN_TOKEN, place, SECRET } from '../support/gateway.ts'

const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
}

describe('the admin listener', () => {
  it.each([
    ['no token', undefined],
    ['a wrong token', 'Bearer guess'],
    ['a token of another scheme', `Basic ${ADMIN_TOKEN}`],
    ['a key', `Bearer ${SECRET}`],
  ])('lets nobody in with %s', async (_, authorization) => {
    const { start } = await place()
    const { adminUrl } = await start()
    for (const path of ['/metrics', '/admin/v1/spend?account=key:ada', '/nothing']) {
      const answer = await fetch(adminUrl + path, { headers: authorization ? { authorization } : {} })
      expect(answer.status).toBe(401)
      expect(await answer.json()).toMatchObject({ error: { code: 'invalid_api_key' } })
    }
  })

  it('makes a token, for its owner only, where the config has none', async () => {
    const { folder, edit, start } = await place()
    edit(/, token: "[^"]+"/, '')
    const gateway = await start()
    const path = join(folder, 'data/admin-token')
    expect(gateway.said.join('\n')).toMatch(
      /^admin +http:\/\/127\.0\.0\.1:\d+ \(token in \.\/data\/admin-token\)$/m,
    )
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const authorization = `Bearer ${readFileSync(path, 'utf8').trim()}`
    expect((await fetch(`${gateway.adminUrl}/metrics`, { headers: { authorization } })).status).toBe(200)
  })

  it('tells where an account stands', async () => {
    const { provider, start } = await place()
    const gateway = await start()
    await gateway.client(SECRET).chat.completions.create(call)
    const spent = nanoToUsd(provider.totals().nanoUsd)
    expect(await (await gateway.admin('/admin/v1/spend?account=key:ada')).json()).toEqual({
      account: 'key:ada',
      spent_usd: spent,
      reserved_usd: '0.000000000',
      unconfirmed_usd: '0.000000000',
      budgets: [
        {
          budget: 'usd-day',
          metric: 'usd',
          window: 'day',
          limit_usd: '5.000000000',
          spent_usd: spent,
          reserved_usd: '0.000000000',
          remaining_usd: nanoToUsd(5_000_000_000 - provider.totals().nanoUsd),
          unconfirmed_usd: '0.000000000',
          resets_at: expect.stringMatching(/T00:00:00\.000Z$/),
        },
      ],
    })
  })

  it('tells who spent what, as of now', async () => {
    const { provider, start } = await place()
    const gateway = await start()
    await gateway.client(SECRET).chat.completions.create(call)
    const answer = await gateway.admin('/admin/v1/spend?group_by=team,model&since=7d')
    expect(await answer.json()).toMatchObject({
      group_by: ['team', 'model'],
      rows: [
        {
          team: 'science',
          model: 'gpt-4o-mini',
          requests: 1,
          refused: 0,
          input_tokens: provider.requests[0]?.usage.input,
          output_tokens: provider.requests[0]?.usage.output,
          spent_usd: nanoToUsd(provider.totals().nanoUsd),
        },
      ],
      unattributed_usd: '0.000000000',
      unconfirmed_usd: '0.000000000',
    })
  })

  it.each(['', '?account=ada', '?group_by=colour', '?group_by=team&since=yesterday'])(
    'says what is wrong with spend%s',
    async (query) => {
      const { start } = await place()
      const answer = await (await start()).admin(`/admin/v1/spend${query}`)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ error: { code: 'invalid_request' } })
    },
  )
})

describe('/metrics', () => {
  /** The samples of an exposition: `name{labels}` to its value. */
  async function scrape(gateway: { admin(path: string): Promise<Response> }): Promise<Map<string, number>> {
    const answer = await gateway.admin('/metrics')
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(
      lines.map((line) => {
        const [, name = '', value = ''] = /^([a-z_]+(?:\{[^}]*\})?) ([\d.e+-]+)$/.exec(line) ?? []
        expect(name, line).not.toBe('')
        return [name, Number(value)]
      }),
    )
  }

  it('equals the books, and counts what became of requests', async () => {
    const { provider, start } = await place()
    const gateway = await start()
    await gateway.client(SECRET).chat.completions.create(call)
    await gateway
      .client('nobody')
      .chat.completions.create(call)
      .catch(() => {})
    const spent = provider.totals().nanoUsd
    const [request] = provider.requests
    const samples = await scrape(gateway)
    expect(Object.fromEntries(samples)).toMatchObject({
      'tollgate_spend_usd{account="key:ada",org="default"}': Number(nanoToUsd(spent)),
      'tollgate_spend_usd{account="org:default",org="default"}': Number(nanoToUsd(spent)),
      'tollgate_reserved_usd{account="key:ada",org="default"}': 0,
      'tollgate_limit_usd{account="key:ada",budget="usd-day",window="day",org="default"}': 5,
      'tollgate_remaining_usd{account="key:ada",budget="usd-day",window="day",org="default"}': Number(
        nanoToUsd(5_000_000_000 - spent),
      ),
      'tollgate_decisions_total{code="allowed"}': 1,
      'tollgate_decisions_total{code="invalid_api_key"}': 1,
      'tollgate_tokens_total{kind="input"}': request?.usage.input,
      'tollgate_tokens_total{kind="output"}': request?.usage.output,
      'tollgate_attempts_total{provider="openai",outcome="answered"}': 1,
      tollgate_request_duration_seconds_count: 2,
      'tollgate_audit_dropped{sink="sqlite"}': 0,
    })
  })

  it('makes no series of what callers send', async () => {
    const { start } = await place()
    const gateway = await start()
    await gateway
      .client(SECRET)
      .chat.completions.create({ ...call, model: 'made-up-by-a-caller', user: 'made-up-too' })
      .catch(() => {})
    expect(await (await gateway.admin('/metrics')).text()).not.toContain('made-up')
  })
})

/** The provider of the place, as operators are told of it. */
const OPENAI = { name: 'openai', dialect: 'openai', preset: 'openai' }

describe('/healthz and /readyz', () => {
  it('answer on both listeners, without a token', async () => {
    const { start } = await place()
    const { url, adminUrl } = await start()
    for (const base of [url, adminUrl]) {
      expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ status: 'ok' })
      const ready = await fetch(`${base}/readyz`)
      expect(ready.status).toBe(200)
      expect(await ready.json()).toEqual({
        status: 'ready',
        checks: { store: 'ok', prices: 'ok', providers: 'ok' },
        ...(base === adminUrl && { shut: [], providers: [OPENAI] }),
      })
    }
  })

  it('is not ready while the books cannot be written', async () => {
    const { folder, start } = await place()
    const { url, admin } = await start()
    // A scrape waits for all that the start itself had to write.
    await (await admin('/metrics')).text()
    const writer = new DatabaseSync(join(folder, 'data/tollgate.db'))
    writer.exec('BEGIN IMMEDIATE')
    const locked = await fetch(`${url}/readyz`)
    writer.exec('ROLLBACK')
    writer.close()
    expect(locked.status).toBe(503)
    expect(await locked.json()).toMatchObject({ status: 'not ready', checks: { store: 'failing' } })
  })

  it('says what is shut, to operators alone, and is ready for as long as some route has a deployment that is open', async () => {
    const routes = 'routes: { smart: [openai/gpt-4o], fast: [openai/gpt-4o-mini] }'
    const { start, provider } = await place(`${ADA}${routes}`)
    const gateway = await start()
    const ready = async (base: string) => {
      const answer = await fetch(`${base}/readyz`)
      return { code: answer.status, ...((await answer.json()) as object) }
    }
    const shutAfter = async (model: string) => {
      provider.next(rateLimited({ retryAfterS: 3_600 }))
      await gateway
        .client(SECRET)
        .chat.completions.create({ ...call, model })
        .catch(() => {})
    }
    await shutAfter('smart')
    expect(await ready(gateway.adminUrl)).toMatchObject({
      code: 200,
      status: 'ready',
      checks: { providers: 'ok' },
      shut: [{ deployment: 'openai/gpt-4o', because: 'rate_limited', until: expect.stringMatching(/Z$/) }],
    })
    expect(Object.keys(await ready(gateway.url))).toEqual(['code', 'status', 'checks'])
    const told = (await (await gateway.admin('/admin/v1/providers')).json()) as Record<string, object[]>
    expect(told).toMatchObject({ shut_routes: ['smart'] })
    expect(told.deployments).toMatchObject([
      { model: 'gpt-4o', state: 'shut', because: 'rate_limited' },
      { model: 'gpt-4o-mini', state: 'open to calls' },
    ])

    await shutAfter('fast')
    const fresh = () => ready(gateway.url)
    await expect.poll(fresh).toMatchObject({ code: 503, checks: { providers: 'failing' } })
  })

  it('is not ready without a provider', async () => {
    const { edit, start } = await place()
    edit('PROVIDER_KEY', 'UNSET_KEY')
    const gateway = await start()
    expect(gateway.said.join('\n')).toMatch(/^provider +openai: no key$/m)
    expect(gateway.said.join('\n')).toMatch(/^warning +provider openai is disabled/m)
    const ready = await fetch(`${gateway.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ checks: { store: 'ok', providers: 'failing' } })
  })
})
