import type { IncomingMessage } from 'node:http'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { JwtIssuer } from './issuer.ts'
import { jwtAuthenticator } from './jwt-authenticator.ts'

const ISSUER = 'https://login.acme.example'
const NOW_MS = Date.UTC(2026, 10, 20)
const seconds = NOW_MS / 1000

let sign: (claims?: JWTPayload, header?: object) => Promise<string>
let keys: { keys: object[] }
beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one' }] }
  const usual = { iss: ISSUER, aud: 'tollgate', sub: 'ada', iat: seconds, exp: seconds + 600 }
  sign = (claims, header) =>
    new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
      .sign(privateKey)
})

function made(issuer: Partial<JwtIssuer> = {}, options: object = {}) {
  let nowMs = NOW_MS
  const fetch = vi.fn(async (url: string) =>
    Response.json(url.endsWith('/keys') ? keys : { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` }),
  )
  const authenticator = jwtAuthenticator({
    issuers: [{ issuer: ISSUER, audience: 'tollgate', algorithms: ['ES256'], ...issuer }],
    fetch,
    clock: { now: () => nowMs },
    ...options,
  })
  const presented = { req: {} as IncomingMessage, bearer: undefined }
  return {
    fetch,
    authenticator,
    judge: (token: string) => authenticator.judge(token, presented),
    later(ms: number) {
      nowMs += ms
    },
  }
}

const ADA = { org: 'default', user: 'ada' }

describe('a token', () => {
  it.each([
    '',
    'tg-abcdefghijkl-0000',
    'sk-1.2.3',
    'eyJhbGciOiJub25lIn0',
    'a.b.c',
    'eyJ.e.x!',
    'eyJ.e.x.y.z',
  ])('is not what %j looks like', (bearer) => {
    const { authenticator } = made()
    expect(authenticator.recognise({ req: {} as IncomingMessage, bearer })).toBeUndefined()
  })

  it('is verified once, and answered at once from then on', async () => {
    const { judge, fetch } = made()
    const token = await sign()
    expect(judge(token)).toBeInstanceOf(Promise)
    expect(await judge(token)).toEqual(ADA)
    expect(judge(token)).toEqual(ADA)
    expect(fetch.mock.calls.map(([url]) => url)).toEqual([
      `${ISSUER}/.well-known/openid-configuration`,
      `${ISSUER}/keys`,
    ])
  })

  it('is good until it expires, remembered or not, by the clocks of both', async () => {
    const { judge, later } = made()
    const token = await sign()
    await judge(token)
    later(629_000)
    expect(judge(token)).toEqual(ADA)
    later(1_000)
    expect(await judge(token)).toMatchObject({ refused: expect.stringContaining('ERR_JWT_EXPIRED') })
    expect(
      await judge(await sign({ iat: seconds + 700, exp: seconds + 1200, nbf: seconds + 661 })),
    ).toHaveProperty('refused')
    expect(await judge(await sign({ iat: seconds + 600, exp: seconds + 1200, nbf: seconds + 660 }))).toEqual(
      ADA,
    )
  })

  it('may be required to be young, remembered or not', async () => {
    const { judge, later } = made({ maxAgeMs: 60_000 })
    const token = await sign()
    await judge(token)
    later(89_999)
    expect(judge(token)).toEqual(ADA)
    later(1)
    expect(await judge(await sign({ iat: undefined } as never))).toHaveProperty('refused')
    later(1_000)
    expect(await judge(token)).toHaveProperty('refused')
  })

  it('is verified again when the keys of its issuer have changed', async () => {
    const { judge, later, fetch } = made()
    const token = await sign({ exp: seconds + 36_000 })
    await judge(token)
    const before = keys
    keys = { keys: [{ ...keys.keys[0], kid: 'another' }] }
    later(600_000)
    expect(judge(token)).toEqual(ADA)
    await expect.poll(() => fetch.mock.calls.length).toBe(4)
    await expect.poll(() => judge(token)).toHaveProperty('refused')
    keys = before
  })

  it('is remembered with so many others and no more', async () => {
    const { judge } = made({}, { remembered: 2 })
    const tokens = await Promise.all([1, 2, 3].map((number) => sign({ jti: String(number) })))
    for (const token of tokens) await judge(token)
    expect(judge(tokens[0]!)).toBeInstanceOf(Promise)
    expect(judge(tokens[2]!)).toEqual(ADA)
  })

  it.each([
    ['none', {}, true],
    ['JWT', { typ: 'JWT' }, true],
    ['at+jwt', { typ: 'application/at+jwt' }, true],
    ['logout+jwt', { typ: 'logout+jwt' }, false],
    ['secevent+jwt', { typ: 'secevent+jwt' }, false],
  ])('of type %s is taken or not', async (_, header, taken) => {
    expect('user' in (await made().judge(await sign({}, header)))).toBe(taken)
  })

  it('has the one type that is stated', async () => {
    const { judge } = made({ type: 'at+jwt' })
    expect(await judge(await sign({}, { typ: 'at+jwt' }))).toEqual(ADA)
    expect(await judge(await sign({}, { typ: 'JWT' }))).toHaveProperty('refused')
    expect(await judge(await sign())).toHaveProperty('refused')
  })

  it('that is bound to a key of its holder is no bearer token', async () => {
    expect(await made().judge(await sign({ cnf: { jkt: 'x' } }))).toHaveProperty('refused')
  })
})

describe('keys', () => {
  it('may be stated, or be at a stated address', async () => {
    const inline = made({ keys: keys as never })
    expect(await inline.judge(await sign())).toEqual(ADA)
    expect(inline.fetch).not.toHaveBeenCalled()
    const stated = made({ keys: { uri: 'https://keys.acme.example/keys' } })
    expect(await stated.judge(await sign())).toEqual(ADA)
    expect(stated.fetch.mock.calls.map(([url]) => url)).toEqual(['https://keys.acme.example/keys'])
  })

  it.each([
    ['another issuer’s', { issuer: 'https://evil.example', jwks_uri: `${ISSUER}/keys` }],
    ['in the clear', { issuer: ISSUER, jwks_uri: 'http://login.acme.example/keys' }],
    ['nowhere', { issuer: ISSUER }],
    ['a list', []],
  ])('are not taken from a document that is %s', async (_, document) => {
    const { judge } = made({}, { fetch: async () => Response.json(document) })
    await expect(judge(await sign())).rejects.toMatchObject({ code: 'identity_unavailable' })
  })

  it.each([
    ['an error', () => new Response('no', { status: 500 })],
    ['no JSON', () => new Response('<html>')],
    ['no end', () => new Response('['.repeat(1_000_000))],
  ])('cannot be had when the answer is %s', async (_, answer) => {
    const { judge } = made({ keys: { uri: 'https://keys.acme.example/' } }, { fetch: async () => answer() })
    await expect(judge(await sign())).rejects.toMatchObject({ code: 'identity_unavailable', status: 503 })
  })
})

it.each<[string, Partial<JwtIssuer>]>([
  ['is no https address', { issuer: 'http://login.acme.example' }],
  ['has keys in the clear', { keys: { uri: 'http://keys.acme.example' } }],
  ['has no audience', { audience: [] }],
  ['has an empty audience', { audience: ['tollgate', ''] }],
  ['signs by a shared secret', { algorithms: ['HS256' as never] }],
  ['signs by nothing', { algorithms: ['none' as never] }],
  ['has no algorithm', { algorithms: [] }],
  ['names nobody', { principal: {} }],
])('an issuer is refused that %s', (_, issuer) => {
  expect(() => made(issuer)).toThrow(RangeError)
})

it('issuers have a name each', () => {
  const one = { issuer: ISSUER, audience: 'a' }
  expect(() => jwtAuthenticator({ issuers: [one, { ...one, audience: 'b' }] })).toThrow(RangeError)
  expect(() => jwtAuthenticator({ issuers: [] })).toThrow(RangeError)
})
