import {
  authVirtualKey,
  identify,
  principal,
  sqliteDirectory,
  staticDirectory,
  tierCheck,
} from '@tollgate/kit'
import { defineStage } from '@tollgate/kit/core'
import { fixedClock, TEST_MASTER_KEY, testDirectory, testKey } from '@tollgate/testing'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'

const whoami = defineStage({
  name: 'whoami',
  needs: [principal],
  handle: (req, res) => void res.end(JSON.stringify(principal.get(req))),
})

describe('auth-virtual-key', () => {
  const alive = testKey({ team: 'marketing', tags: { feature: 'search' } })
  const expired = testKey({ expiresAtMs: 1 })
  const gone = testKey()
  const directory = staticDirectory([alive.record, expired.record, { ...gone.record, revokedAtMs: 1 }])

  it.each([
    ['authorization', (key: string) => `Bearer ${key}`],
    ['authorization', (key: string) => `bearer  ${key}`],
    ['x-api-key', (key: string) => key],
    ['api-key', (key: string) => key],
    ['x-goog-api-key', (key: string) => key],
  ])('takes a key from %s', async (header, value) => {
    const url = await serve(express().use(authVirtualKey({ directory, masterKey: TEST_MASTER_KEY }), whoami))
    const answer = await fetch(url, { headers: { [header]: value(alive.secret) } })
    expect(await answer.json()).toEqual({
      org: 'test',
      team: 'marketing',
      key: alive.id,
      tags: { feature: 'search' },
    })
  })

  it('has one answer for every key that is not good', async () => {
    const url = await serve(express().use(authVirtualKey({ directory, masterKey: TEST_MASTER_KEY }), whoami))
    const stranger = testKey()
    const typo = `${alive.secret.slice(0, -1)}${alive.secret.endsWith('a') ? 'b' : 'a'}`
    const headers: Record<string, string>[] = [
      {},
      { authorization: 'Bearer ' },
      { authorization: 'Basic abc' },
      { authorization: 'Bearer nonsense' },
      { authorization: `Bearer ${typo}` },
      { authorization: stranger.authorization },
      { authorization: expired.authorization },
      { authorization: gone.authorization },
      { authorization: alive.authorization, 'x-api-key': expired.secret },
      { authorization: `Bearer ${'k'.repeat(5000)}` },
    ]
    const texts = new Set<string>()
    for (const one of headers) {
      const answer = await fetch(url, { headers: one })
      expect(answer.status).toBe(401)
      const { error } = (await answer.json()) as { error: { message: string; code: string } }
      expect(error.code).toBe('invalid_api_key')
      texts.add(error.message.replace(/Ref req_\w+/, ''))
    }
    expect(texts.size).toBe(1)
  })

  it('sees a revoke once its memory of the key is old', async () => {
    const store = sqliteDirectory(':memory:')
    closeAfter(() => store.close())
    await store.createKey(alive.record)
    const url = await serve(
      express().use(authVirtualKey({ directory: store, masterKey: TEST_MASTER_KEY, maxAgeMs: 1 }), whoami),
    )
    const status = async () => (await fetch(url, { headers: { authorization: alive.authorization } })).status
    expect(await status()).toBe(200)
    await store.revokeKey(alive.id)
    await expect.poll(status).toBe(401)
  })

  it('keeps no memory of keys with maxAgeMs 0: a revoke is seen by the next request', async () => {
    const store = sqliteDirectory(':memory:')
    closeAfter(() => store.close())
    await store.createKey(alive.record)
    const url = await serve(
      express().use(authVirtualKey({ directory: store, masterKey: TEST_MASTER_KEY, maxAgeMs: 0 }), whoami),
    )
    const status = async () => (await fetch(url, { headers: { authorization: alive.authorization } })).status
    expect(await status()).toBe(200)
    await store.revokeKey(alive.id)
    expect(await status()).toBe(401)
  })

  it('expires a key by the clock, not by its memory', async () => {
    const clock = fixedClock(1_000)
    const brief = testKey({ expiresAtMs: 2_000 })
    const url = await serve(
      express().use(
        authVirtualKey({
          directory: testDirectory(brief),
          masterKey: TEST_MASTER_KEY,
          maxAgeMs: 60_000,
          clock,
        }),
        whoami,
      ),
    )
    const status = async () => (await fetch(url, { headers: { authorization: brief.authorization } })).status
    expect(await status()).toBe(200)
    clock.set(2_000)
    expect(await status()).toBe(401)
  })

  it('takes the secret of before a rotation until its grace ends, though it is remembered', async () => {
    const clock = fixedClock(1_000)
    const store = sqliteDirectory(':memory:', { clock })
    closeAfter(() => store.close())
    await store.createKey(alive.record)
    const url = await serve(
      express().use(
        authVirtualKey({ directory: store, masterKey: TEST_MASTER_KEY, maxAgeMs: 60_000, clock }),
        whoami,
      ),
    )
    const status = async ({ authorization }: { readonly authorization: string }) =>
      (await fetch(url, { headers: { authorization } })).status
    const next = testKey()
    expect([await status(alive), await status(next)]).toEqual([200, 401])
    const { lookup, hash } = next.record
    await store.rotateKey(alive.id, { lookup, hash, graceUntilMs: 5_000 })
    expect([await status(alive), await status(next)]).toEqual([200, 200])
    clock.set(4_999)
    expect([await status(alive), await status(next)]).toEqual([200, 200])
    clock.set(5_000)
    expect([await status(alive), await status(next)]).toEqual([401, 200])
  })

  it('takes a key from where it may be used, and from nowhere else', async () => {
    const here = testKey({ scopes: { addresses: ['127.0.0.0/8'], origins: ['https://app.example.com'] } })
    const elsewhere = testKey({ scopes: { addresses: ['192.0.2.0/24'] } })
    const keys = testDirectory(here, elsewhere)
    const url = await serve(
      express().use(authVirtualKey({ directory: keys, masterKey: TEST_MASTER_KEY }), whoami),
    )
    const status = async (authorization: string, more = {}) =>
      (await fetch(url, { headers: { authorization, ...more } })).status
    expect(await status(here.authorization, { origin: 'https://app.example.com' })).toBe(200)
    expect(await status(here.authorization, { origin: 'https://evil.example.com' })).toBe(401)
    expect(await status(here.authorization)).toBe(401)
    expect(await status(elsewhere.authorization)).toBe(401)
  })

  it('fails closed when the directory cannot be read', async () => {
    const broken = { ...directory, findKey: () => Promise.reject(new Error('disk on fire')) }
    const url = await serve(
      express().use(authVirtualKey({ directory: broken, masterKey: TEST_MASTER_KEY }), whoami),
    )
    const answer = await fetch(url, { headers: { authorization: alive.authorization } })
    expect(answer.status).toBe(503)
    expect(await answer.text()).not.toContain('fire')
  })
})

describe('identify', () => {
  const ask = async (identity: unknown) => {
    const url = await serve(
      express().use(
        identify(() => identity as never),
        whoami,
      ),
    )
    const answer = await fetch(url)
    return { status: answer.status, body: await answer.json() }
  }

  it('takes what the application knows', async () => {
    expect((await ask({ user: 42 })).body).toEqual({ org: 'default', user: '42' })
    expect(
      (await ask(Promise.resolve({ org: 'acme', team: 'a', user: 'u', tags: { x: 'y' } }))).body,
    ).toEqual({
      org: 'acme',
      team: 'a',
      user: 'u',
      tags: { x: 'y' },
    })
  })

  it.each([
    undefined,
    {},
    { user: undefined },
    { user: '' },
    { user: null, org: 'acme' },
    { user: {} },
    { user: Number.NaN },
    { user: 'x'.repeat(201) },
  ])('refuses %j: an unknown user is not everybody', async (identity) => {
    expect(await ask(identity)).toMatchObject({ status: 401, body: { error: { code: 'invalid_api_key' } } })
  })
})

describe('tier-check', () => {
  const tiers = {
    default: { models: ['gpt-4o-mini'] },
    project: { models: ['gpt-4o-mini', 'gpt-4o'], approval: 'team-lead' },
    experimental: { models: ['*'], endpoints: ['images'], approval: 'director' },
  }
  const app = (options: Parameters<typeof tierCheck>[0]) =>
    express().use(
      identify(() => ({ user: 'ada' })),
      tierCheck(options),
      (_req: unknown, res: express.Response) => void res.send('served'),
    )
  const ask = async (options: Parameters<typeof tierCheck>[0], path: string, model: string) => {
    const url = await serve(app(options))
    return fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }] }),
    })
  }

  it('lets a model of the tier pass, and every model where no tiers are declared', async () => {
    expect((await ask({ tiers }, '/v1/chat/completions', 'gpt-4o-mini')).status).toBe(200)
    expect((await ask({}, '/v1/chat/completions', 'anything')).status).toBe(200)
  })

  it('names the tier that has the model, and who approves it', async () => {
    const answer = await ask({ tiers }, '/v1/chat/completions', 'gpt-4o')
    expect(answer.status).toBe(403)
    const { error } = (await answer.json()) as { error: { message: string; code: string } }
    expect(error).toMatchObject({ code: 'model_not_allowed', param: 'model' })
    expect(error.message).toMatch(
      /^Tollgate: Tier default does not include gpt-4o\. Tier project does \(approval: team-lead\)\. Ask your administrator\./,
    )
  })

  it('keeps endpoint classes apart from models', async () => {
    const answer = await ask({ tiers }, '/v1/images/generations', 'gpt-4o-mini')
    expect(await answer.json()).toMatchObject({ error: { code: 'endpoint_not_allowed' } })
  })

  it('refuses everything to a caller without a tier', async () => {
    expect(
      (await ask({ tiers, tierOf: () => undefined }, '/v1/chat/completions', 'gpt-4o-mini')).status,
    ).toBe(403)
  })

  it('only reports in observe mode', async () => {
    const answer = await ask({ tiers, mode: 'observe' }, '/v1/chat/completions', 'gpt-4o')
    expect([answer.status, answer.headers.get('x-tollgate-would-refuse')]).toEqual([200, 'model_not_allowed'])
  })
})
