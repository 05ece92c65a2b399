import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gate, serverError, testKey } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { PROVE } from '../../support/prove.ts'
import { cached, QUESTION } from './assembled.ts'
import { turnstile } from './turnstile.ts'

/** All of them with `npm run prove`, a share with every test run. */
const MANY = PROVE ? 10_000 : 1_000

async function busy(options: Parameters<typeof cached>[0] = {}) {
  const arrivals = turnstile()
  const gateway = await cached({ ...options, between: [arrivals.middleware] })
  return { ...gateway, gateway, arrivals }
}

function outcomes(asked: readonly { readonly cache: string | null }[]) {
  const byOutcome = Map.groupBy(asked, ({ cache }) => cache)
  return Object.fromEntries([...byOutcome].map(([cache, some]) => [cache, some.length]))
}

describe('requests that are the same at the same moment', () => {
  it(`are asked once: ${MANY} of them`, { timeout: PROVE ? 3_600_000 : 120_000 }, async () => {
    const { gateway, provider, arrivals, url, key } = await busy()
    const door = gate()
    provider.next({ hold: door })
    const { authorization } = key
    const asking = {
      count: MANY,
      url: `${url}/chat/completions`,
      authorization,
      body: JSON.stringify(QUESTION),
    }
    const crowd = spawn(process.execPath, [join(__dirname, 'crowd.ts'), JSON.stringify(asking)])
    const told = text(crowd.stdout)
    const broke = Promise.all([text(crowd.stderr), once(crowd, 'exit')]).then(([words]) => {
      throw new Error(`the crowd has gone before all of it had come: ${words}`)
    })
    broke.catch(() => {})
    await Promise.race([arrivals.until(MANY), broke])
    door.open()
    const seen = JSON.parse(await told)
    expect(provider.totals().requests).toBe(1)
    expect(seen).toEqual({ outcomes: { '200 miss': 1, '200 collapsed': MANY - 1 }, ids: MANY, texts: 1 })
    await gateway.atRest()
    expect((await gateway.books()).spent).toBe(provider.totals().nanoUsd)
  })

  it('flow to all of them as they come, each in the form that it asked for', async () => {
    const { gateway, provider, arrivals } = await busy()
    const door = gate()
    provider.next({ pause: { afterChunks: 3, until: door }, chunkIntervalMs: 1 })
    const leads = gateway.post('/chat/completions', { ...QUESTION, stream: true })
    await arrivals.until(1)
    await provider.waitFor(({ openStreams }) => openStreams === 1)
    const follows = gateway.post('/chat/completions', { ...QUESTION, stream: true, user: 'other' })
    const whole = gateway.ask({ user: 'third' })
    const reader = (await follows).body!.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    while (!/"content":"[^"]/.test(seen)) seen += (await reader.read()).value ?? ''
    expect(door.isOpen).toBe(false)
    door.open()
    for (;;) {
      const { done, value = '' } = await reader.read()
      if (done) break
      seen += value
    }
    expect(seen.endsWith('data: [DONE]\n\n')).toBe(true)
    expect((await (await leads).text()).includes('[DONE]')).toBe(true)
    const answer = await whole
    expect(answer.cache).toBe('collapsed')
    expect(JSON.parse(answer.text).choices[0].finish_reason).toBe('stop')
    expect(provider.totals().requests).toBe(1)
  })

  it('go on when the client that asked first leaves, at its expense', async () => {
    const { gateway, provider, arrivals } = await busy()
    const door = gate()
    provider.next({ pause: { afterChunks: 3, until: door }, chunkIntervalMs: 1 })
    const leaving = new AbortController()
    const leads = gateway.post('/chat/completions', { ...QUESTION, stream: true }, { signal: leaving.signal })
    await (await leads).body!.getReader().read()
    const others = [gateway.ask(), gateway.ask({ stream: true })]
    await arrivals.until(3)
    leaving.abort()
    await expect.poll(() => provider.requests[0]?.outcome).not.toBe('aborted')
    door.open()
    const answers = await Promise.all(others)
    expect(outcomes(answers)).toEqual({ collapsed: 2 })
    expect(answers[1]!.text).toContain('[DONE]')
    expect(provider.requests.map(({ outcome }) => outcome)).toEqual(['completed'])
    await gateway.atRest()
    expect((await gateway.books()).spent).toBe(provider.totals().nanoUsd)
    expect((await gateway.ask()).cache).toBe('hit')
  })

  it('end with the last client that waits for them', async () => {
    const { gateway, provider, arrivals } = await busy()
    const door = gate()
    provider.next({ pause: { afterChunks: 3, until: door }, chunkIntervalMs: 1 })
    const leaving = [new AbortController(), new AbortController()]
    const opened = []
    for (const { signal } of leaving) {
      const response = await gateway.post('/chat/completions', { ...QUESTION, stream: true }, { signal })
      opened.push(await response.body!.getReader().read())
    }
    await arrivals.until(2)
    leaving[0]!.abort()
    leaving[1]!.abort()
    await provider.waitFor(({ openStreams }) => openStreams === 0)
    expect(provider.requests[0]!.outcome).not.toBe('completed')
    await gateway.atRest()
    expect((await gateway.books()).spent).toBeGreaterThanOrEqual(provider.totals().nanoUsd)
    expect((await gateway.ask()).cache).toBe('miss')
    door.open()
  })

  it('are tried once more when their provider fails, and then all are told', async () => {
    const { gateway, provider, arrivals } = await busy()
    const door = gate()
    provider.next({ hold: door, ...serverError }, serverError, serverError)
    const asked = Array.from({ length: 5 }, () => gateway.ask())
    await arrivals.until(5)
    await provider.waitFor(({ requests }) => requests.length === 1)
    door.open()
    const answers = await Promise.all(asked)
    expect(provider.totals().requests).toBe(2)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([502]))
    expect((await gateway.books()).reserved).toBe(0)
  })

  it('are answered when somebody else’s second try succeeds', async () => {
    const { gateway, provider, arrivals } = await busy()
    const door = gate()
    provider.next({ hold: door, ...serverError })
    const asked = Array.from({ length: 5 }, () => gateway.ask())
    await arrivals.until(5)
    await provider.waitFor(({ requests }) => requests.length === 1)
    door.open()
    const answers = await Promise.all(asked)
    expect(provider.totals().requests).toBe(2)
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 502])
  })

  it('do not suffer from what is only the first one’s: its own budget', async () => {
    const { gateway, provider, url } = await busy({ budgets: [{ limit_usd: '0.000001', period: 'daily' }] })
    const answers = await Promise.all(Array.from({ length: 4 }, () => gateway.ask()))
    // Each of them is refused by the books itself, and none by what another one was told.
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([429]))
    const references = answers.map((answer) => /Ref (req_\w+)/.exec(answer.text)?.[1])
    expect(new Set(references).size).toBe(4)
    expect(provider.totals().requests).toBe(0)
    expect(url).toContain('/v1')
  })

  it.each([
    ['key', 'miss'],
    ['org', 'collapsed'],
  ] as const)('are not shared beyond their scope: of a %s, another key has a %s', async (share, cache) => {
    const stranger = testKey()
    const { gateway, provider, arrivals } = await busy({
      keys: [stranger],
      cache: { policy: { mode: 'exact', share } },
    })
    await gateway.ledger.provision(stranger.org, stranger.account, [])
    const door = gate()
    provider.next({ hold: door })
    const one = gateway.ask()
    await provider.waitFor(({ requests }) => requests.length === 1)
    const { authorization } = stranger
    const other = gateway.ask({}, { headers: { authorization } })
    await arrivals.until(2)
    if (cache === 'miss') expect((await other).cache).toBe(cache)
    door.open()
    expect([(await one).cache, (await other).cache]).toEqual(['miss', cache])
    expect(provider.totals().requests).toBe(cache === 'miss' ? 2 : 1)
  })
})
