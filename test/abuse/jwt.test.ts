import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Gatekeeper, gatekeeper } from '../support/credentials.ts'
import { SECRET } from '../support/gateway.ts'
import { AUDIENCE, type TestIssuer, testIssuer } from '../support/issuer.ts'

let ours: TestIssuer
let other: TestIssuer
let stranger: TestIssuer
let gate: Gatekeeper

beforeEach(async () => {
  // Two issuers that are listed, with keys of one name, and one that is not.
  ours = await testIssuer()
  other = await testIssuer()
  stranger = await testIssuer()
  gate = await gatekeeper(`
teams: [{ id: science }, { id: guests }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}", budgets: [{ limit_usd: 5, period: daily }] }]
auth:
  jwt:
    - { issuer: "${ours.url}", audience: ${AUDIENCE}, max_age: 1h, principal: { user: { claim: sub }, team: science } }
    - { issuer: "${other.url}", audience: ${AUDIENCE}, principal: { user: { claim: sub, prefix: "other:" }, team: guests } }
  throttle: { failures: 1000000 }
`)
})

const bearer = (token: string) => ['authorization', `Bearer ${token}`]
const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const now = () => Math.floor(Date.now() / 1000)
const claims = (over: object = {}) => ({
  iss: ours.url,
  aud: AUDIENCE,
  sub: 'mallory',
  iat: now(),
  exp: now() + 600,
  ...over,
})
/** A token that nobody has signed. */
const forged = (header: object, payload: unknown = claims(), signature = 'AAAA') =>
  `${base64url(header)}.${base64url(payload)}.${signature}`
/** A genuine token with another header or other claims. */
async function tampered(header?: (given: object) => object, payload?: (given: object) => object) {
  const [head, body, signature] = (await ours.token()).split('.') as [string, string, string]
  const changed = (part: string, change?: (given: object) => object) =>
    change ? base64url(change(JSON.parse(Buffer.from(part, 'base64url').toString()))) : part
  return `${changed(head, header)}.${changed(body, payload)}.${signature}`
}
const pem = () =>
  createPublicKey({ key: ours.keys()[0] as JsonWebKey, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  })
const hmac = (alg: string, secret: string | Buffer) => {
  const signed = `${base64url({ alg, kid: 'first' })}.${base64url(claims())}`
  return `${signed}.${createHmac(alg.replace('HS', 'sha'), secret).update(signed).digest('base64url')}`
}

type Attack = readonly [name: string, token: () => string | Promise<string>]

/** What an issuer is asked for, and nothing else. */
const PUBLISHED = ['/.well-known/openid-configuration', '/keys']

/** By what they try. */
const ATTACKS: Readonly<Record<string, readonly Attack[]>> = {
  'no algorithm, or another': [
    ...['none', 'None', 'NONE', 'nOnE', 'none ', '', 'null'].flatMap((alg): Attack[] => [
      [`alg ${JSON.stringify(alg)}, no signature`, () => forged({ alg }, claims(), '')],
      [`alg ${JSON.stringify(alg)}, some signature`, () => forged({ alg })],
    ]),
    ['no alg', () => forged({ typ: 'JWT' })],
    ['alg that is no text', () => forged({ alg: ['RS256'], kid: 'first' })],
    ['another alg of the same key', () => tampered((header) => ({ ...header, alg: 'PS256' }))],
    ['no signature left', async () => (await ours.token()).replace(/[^.]*$/, '')],
    ['another signature', async () => `${(await ours.token()).slice(0, -8)}AAAAAAAA`],
    ['other claims', () => tampered(undefined, (given) => ({ ...given, sub: 'root' }))],
  ],
  'a shared secret': [
    ...['HS256', 'HS384', 'HS512'].flatMap((alg): Attack[] => [
      [`${alg} with the public key in PEM`, () => hmac(alg, pem())],
      [`${alg} with the public key in PEM, trimmed`, () => hmac(alg, pem().toString().trim())],
      [`${alg} with the public key as JWK`, () => hmac(alg, JSON.stringify(ours.keys()[0]))],
      [`${alg} with its modulus`, () => hmac(alg, Buffer.from(ours.keys()[0]!.n!, 'base64url'))],
      [`${alg} with nothing`, () => hmac(alg, '')],
    ]),
  ],
  'names of keys': [
    ...[
      '../../../../dev/null',
      '/proc/sys/kernel/randomize_va_space',
      'file:///dev/null',
      'https://evil.example/keys',
      "' UNION SELECT 'key' --",
      'first\u0000',
      'FIRST',
      '__proto__',
      'constructor',
      'k'.repeat(5_000),
    ].map((kid): Attack => [`kid ${JSON.stringify(kid).slice(0, 40)}`, () => ours.token({}, { kid })]),
    ['kid that is no text', () => forged({ alg: 'RS256', kid: ['first'] })],
    ['kid of another issuer', () => stranger.token({ iss: ours.url })],
  ],
  'keys in its header': [
    ['jwk in its header', () => stranger.token({ iss: ours.url }, { jwk: stranger.keys()[0] as never })],
    [
      'jwk in its header, no kid',
      () => stranger.token({ iss: ours.url }, { kid: undefined as never, jwk: stranger.keys()[0] as never }),
    ],
    ['jku in its header', () => stranger.token({ iss: ours.url }, { jku: `${stranger.url}/keys` })],
    ['x5u in its header', () => stranger.token({ iss: ours.url }, { x5u: `${stranger.url}/keys` })],
    ['x5c in its header', () => stranger.token({ iss: ours.url }, { x5c: ['AAAA'] })],
  ],
  times: [
    ['expired', () => ours.token({ exp: now() - 60, iat: now() - 120 })],
    ['not valid yet', () => ours.token({ nbf: now() + 600 })],
    ['issued in the future', () => ours.token({ iat: now() + 600 })],
    ['issued too long ago', () => ours.token({ iat: now() - 7200 })],
    ['no exp', () => ours.token({ exp: undefined as never })],
    ['exp as text', () => ours.token({ exp: String(now() + 600) as never })],
    ['exp without end', () => ours.token({ exp: Number.MAX_VALUE, iat: undefined as never })],
    ['no iat where there must be one', () => ours.token({ iat: undefined as never })],
  ],
  audiences: [
    ['another audience', () => ours.token({ aud: 'somebody-else' })],
    ['no audience', () => ours.token({ aud: undefined as never })],
    ['an audience that only begins like ours', () => ours.token({ aud: `${AUDIENCE}.evil.example` })],
    ['an empty list of audiences', () => ours.token({ aud: [] })],
    ['an audience in a list in a list', () => ours.token({ aud: [[AUDIENCE]] as never })],
  ],
  issuers: [
    ['an issuer that is not listed', () => stranger.token()],
    ['no issuer', () => ours.token({ iss: undefined as never })],
    ['a list of issuers', () => ours.token({ iss: [ours.url] as never })],
    ['an issuer with a slash more', () => ours.token({ iss: `${ours.url}/` })],
    ['the other issuer’s name, with our key of the same kid', () => ours.token({ iss: other.url })],
    ['our name, with the other issuer’s key of the same kid', () => other.token({ iss: ours.url })],
  ],
  extensions: [
    ['crit that nobody knows', () => tampered((header) => ({ ...header, crit: ['x'], x: 1 }))],
    ['b64 false', () => tampered((header) => ({ ...header, crit: ['b64'], b64: false }))],
    ['zip', () => tampered((header) => ({ ...header, zip: 'DEF' }))],
    ['another type', () => ours.token({}, { typ: 'logout+jwt' })],
  ],
  'claims that are no claims': [
    [
      'a name twice in its claims',
      async () =>
        `${base64url({ alg: 'RS256', kid: 'first' })}.${base64url(JSON.stringify(claims()).replace('{', '{"sub":"ada",'))}.AAAA`,
    ],
    [
      'a name twice in its header',
      () => `${base64url('{"alg":"none","alg":"RS256","kid":"first"}')}.${base64url(claims())}.AAAA`,
    ],
    ['claims that are a list', () => forged({ alg: 'RS256', kid: 'first' }, [claims()])],
    ['claims that are text', () => forged({ alg: 'RS256', kid: 'first' }, '"text"')],
    ['claims in claims', () => ours.token({ sub: { sub: 'ada' } as never })],
    ['levels without end', () => forged({ alg: 'RS256', kid: 'first' }, `{"iss":${'['.repeat(3_000)}`)],
    ['no claims', () => `${base64url({ alg: 'RS256', kid: 'first' })}..AAAA`],
    ['a subject with a null in it', () => ours.token({ sub: 'ada\u0000' })],
    ['a subject of two lines', () => ours.token({ sub: 'ada\nx-admin: true' })],
    ['no subject', () => ours.token({ sub: undefined as never })],
    ['an endless subject', () => ours.token({ sub: 'a'.repeat(201) })],
  ],
  'sizes and forms': [
    ['nine thousand characters', () => ours.token({ padding: 'x'.repeat(7_000) })],
    ['four parts', async () => `${await ours.token()}.AAAA`],
    ['five parts, encrypted', () => `${base64url({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.AAAA.AAAA.AAAA.AAAA`],
    [
      'a token in a token',
      async () => forged({ alg: 'RS256', kid: 'first', cty: 'JWT' }, base64url(await ours.token())),
    ],
    ['padding', async () => `${await ours.token()}==`],
    ['a percent sign', async () => (await ours.token()).replace('.', '%2e')],
  ],
}

describe('a token', () => {
  it('that is right is taken, and its user charged', async () => {
    const fresh = await gatekeeper(
      `teams: [{ id: science }]\nauth: { jwt: [{ issuer: "${ours.url}", audience: ${AUDIENCE}, principal: { user: { claim: sub }, team: science } }] }`,
    )
    for (const header of ['authorization', 'x-api-key', 'x-goog-api-key']) {
      const token = await ours.token({ sub: 'ada' })
      const { status } = await fresh.ask([header, header === 'authorization' ? `Bearer ${token}` : token])
      expect(status, header).toBe(200)
    }
    const spend = await (await fresh.gateway.admin('/admin/v1/spend?account=user:ada')).json()
    expect(Number((spend as { spent_usd: string }).spent_usd)).toBeGreaterThan(0)
    expect(fresh.provider.requests).toHaveLength(3)
  })

  it.each(Object.entries(ATTACKS))('is refused, and costs nothing: %s', async (_, attacks) => {
    for (const [name, token] of attacks) {
      await gate.refuses(bearer(await token())).catch((cause) => {
        throw new Error(`not refused as it should be: ${name}`, { cause })
      })
    }
    expect(stranger.asked).toEqual([])
    for (const path of [...ours.asked, ...other.asked]) expect(PUBLISHED).toContain(path)
    // Each token that names an unknown key could ask for the keys again: after one look nobody does until it has cooled down.
    expect(ours.asked.length).toBeLessThanOrEqual(4)
  })
})

describe('where a token stands', () => {
  it('is one place: two authorization headers are refused', async () => {
    const [good, bad] = [`Bearer ${await ours.token()}`, `Bearer ${forged({ alg: 'none' })}`]
    await gate.refuses(['authorization', good, 'authorization', bad])
    await gate.refuses(['authorization', bad, 'Authorization', good])
    await gate.refuses(['authorization', good, 'authorization', good])
  })

  it('is one place: another key beside it is refused, however good both are', async () => {
    const token = await ours.token()
    for (const header of ['x-api-key', 'api-key']) {
      await gate.refuses([...bearer(token), header, SECRET])
      await gate.refuses([...bearer(SECRET), header, token])
      await gate.refuses([...bearer(token), header, await other.token()])
    }
    await gate.refuses([...bearer(token), 'sec-websocket-protocol', `openai-insecure-api-key.${SECRET}`])
  })

  it('is never the address, a cookie or a form', async () => {
    const token = await ours.token()
    for (const name of ['access_token', 'key', 'token', 'authorization']) {
      await gate.refuses([], `?${name}=${token}`)
    }
    await gate.refuses(['cookie', `authorization=Bearer ${token}; token=${token}`])
    await gate.refuses(['proxy-authorization', `Bearer ${token}`])
    await gate.refuses(['x-forwarded-authorization', `Bearer ${token}`])
  })

  it('has one form: whatever else stands there is no token', async () => {
    const token = await ours.token()
    for (const value of [
      token,
      `bearer: ${token}`,
      `Bearer ${token}, Bearer ${token}`,
      `Basic ${token}`,
      `Bearer "${token}"`,
    ]) {
      await gate.refuses(['authorization', value])
    }
  })
})
