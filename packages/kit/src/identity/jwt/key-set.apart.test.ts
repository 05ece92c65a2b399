import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, expect, it, vi } from 'vitest'
import { followedKeys } from './key-set.ts'

vi.mock('../../core/warn.ts', () => ({ warn: vi.fn() }))

const keys: Record<string, JWK> = {}
beforeAll(async () => {
  for (const kid of ['one', 'two']) {
    const { publicKey } = await generateKeyPair('ES256')
    keys[kid] = { ...(await exportJWK(publicKey)), kid, alg: 'ES256' }
  }
})

/** An issuer that publishes what it is told to, and counts how often it is asked. */
function followed() {
  let nowMs = 0
  let published: readonly string[] | undefined = ['one']
  const load = vi.fn(async () => {
    await Promise.resolve()
    if (!published) throw new Error('away')
    return { keys: published.map((kid) => keys[kid]) }
  })
  const set = followedKeys({
    issuer: 'https://login.acme.example',
    load,
    clock: { now: () => nowMs },
    freshMs: 600_000,
    staleMs: 3_600_000,
    coolDownMs: 30_000,
  })
  const found = (kid: string) =>
    set.find({ alg: 'ES256', kid }).then(
      () => 'found',
      (error: { code: string }) => error.code,
    )
  return {
    found,
    set,
    load,
    publish(kids: readonly string[] | undefined) {
      published = kids
    },
    later(ms: number) {
      nowMs += ms
    },
  }
}

it('asks once for keys, whoever waits for them, and not again while they are fresh', async () => {
  const { found, load, later } = followed()
  expect(await Promise.all([found('one'), found('one'), found('one')])).toEqual(['found', 'found', 'found'])
  later(599_999)
  expect(await found('one')).toBe('found')
  expect(load).toHaveBeenCalledTimes(1)
})

it('looks once for a key that is not known, and then not again until it has cooled down', async () => {
  const { found, load, publish, later } = followed()
  await found('one')
  later(30_000)
  publish(['one', 'two'])
  expect(await Promise.all([found('two'), found('two')])).toEqual(['found', 'found'])
  expect(load).toHaveBeenCalledTimes(2)
  for (let guess = 0; guess < 100; guess++) {
    expect(await found(`guess ${guess}`)).toBe('ERR_JWKS_NO_MATCHING_KEY')
  }
  expect(load).toHaveBeenCalledTimes(2)
  later(30_000)
  await Promise.all(Array.from({ length: 100 }, (_, guess) => found(`guess ${guess}`)))
  expect(load).toHaveBeenCalledTimes(3)
})

it('replaces keys that are due behind the back of whoever uses them', async () => {
  const { found, load, set, publish, later } = followed()
  await found('one')
  expect(set.version()).toBe(1)
  publish(['two'])
  later(600_000)
  expect(await found('one')).toBe('found')
  await expect.poll(() => set.version()).toBe(2)
  expect(load).toHaveBeenCalledTimes(2)
  expect(await found('one')).toBe('ERR_JWKS_NO_MATCHING_KEY')
})

it('says nothing of a change when the same keys come again', async () => {
  const { found, load, set, later } = followed()
  await found('one')
  later(600_000)
  await found('one')
  await expect.poll(() => load.mock.calls.length).toBe(2)
  await load.mock.results[1]!.value
  expect(set.version()).toBe(1)
})

it('uses old keys while their issuer is away, for a while', async () => {
  const { found, set, publish, later } = followed()
  await found('one')
  publish(undefined)
  later(600_000 + 3_599_999)
  expect(await found('one')).toBe('found')
  later(120_000)
  expect(set.version()).toBeUndefined()
  expect(await found('one')).toBe('identity_unavailable')
  publish(['one'])
  later(120_000)
  expect(await found('one')).toBe('found')
})

it('asks an issuer that is away less and less often', async () => {
  const { found, load, publish, later } = followed()
  publish(undefined)
  const asks = async () => {
    const before = load.mock.calls.length
    expect(await found('one')).toBe('identity_unavailable')
    return load.mock.calls.length - before
  }
  expect(await asks()).toBe(1)
  expect(await asks()).toBe(0)
  later(1_000)
  expect(await asks()).toBe(1)
  later(1_999)
  expect(await asks()).toBe(0)
  later(1)
  expect(await asks()).toBe(1)
  for (let more = 0; more < 10; more++) {
    later(60_000)
    expect(await asks()).toBe(1)
  }
})

it('cannot say whether a key exists while the issuer is away', async () => {
  const { found, publish, later } = followed()
  await found('one')
  publish(undefined)
  later(30_000)
  expect(await found('two')).toBe('identity_unavailable')
  expect(await found('one')).toBe('found')
})
