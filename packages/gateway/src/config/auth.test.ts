import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Config, type ConfigError, loadConfig } from './index.ts'

const cwd = mkdtempSync(join(tmpdir(), 'tollgate-auth-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

function load(text: string): Config {
  writeFileSync(join(cwd, 'tollgate.yaml'), text)
  return loadConfig({ file: 'tollgate.yaml', env: { OPENAI_API_KEY: 'sk' }, cwd })
}

it('knows callers by their keys alone, and lets an address fail twenty times a minute, when nothing is stated', () => {
  const { auth, listen } = load('')
  expect(auth).toEqual({
    order: ['certificates', 'jwt', 'keys'],
    issuers: [],
    certificates: undefined,
    throttle: { failures: 20, windowMs: 60_000 },
  })
  expect(listen).toEqual({ host: '127.0.0.1', port: 8787, trustedProxies: [] })
})

it('reads by what else callers are known', () => {
  const { auth, listen } = load(`
listen:
  port: 0
  trusted_proxies: [10.0.0.0/8, "2001:db8::1"]
  tls: { cert: ./tls/cert.pem, key: /etc/tls/key.pem, client_ca: ca.pem, clients: required }
teams: [{ id: search }, { id: staff }]
auth:
  order: [keys, jwt]
  jwt:
    - issuer: https://login.acme.example
      audience: tollgate
      algorithms: [ES256, EdDSA]
      type: at+jwt
      tolerance: 5s
      max_age: 1h
      principal:
        team: { claim: [realm_access, roles], table: { eng: search }, otherwise: staff }
        user: { claim: sub, prefix: "acme:" }
        project: everything
        tags: { department: { claim: dept } }
    - { issuer: urn:local, audience: [a, b], jwks: { keys: [{ kty: EC, kid: one }] } }
    - { issuer: https://other.example/, audience: a, jwks: https://other.example/keys }
  certificates:
    callers: [{ dns: "{user}.svc", team: staff, tags: { kind: batch } }]
    elements: 2
  throttle: { failures: 5, window: 10m }
`)
  expect(auth.order).toEqual(['keys', 'jwt'])
  expect(auth.issuers).toEqual([
    {
      issuer: 'https://login.acme.example',
      audience: ['tollgate'],
      algorithms: ['ES256', 'EdDSA'],
      type: 'at+jwt',
      toleranceMs: 5_000,
      maxAgeMs: 3_600_000,
      principal: {
        team: { claim: ['realm_access', 'roles'], table: { eng: 'search' }, otherwise: 'staff' },
        user: { claim: ['sub'], prefix: 'acme:' },
        project: { value: 'everything' },
        tags: { department: { claim: ['dept'] } },
      },
    },
    {
      issuer: 'urn:local',
      audience: ['a', 'b'],
      algorithms: ['RS256'],
      toleranceMs: 30_000,
      keys: { keys: [{ kty: 'EC', kid: 'one' }] },
    },
    {
      issuer: 'https://other.example/',
      audience: ['a'],
      algorithms: ['RS256'],
      toleranceMs: 30_000,
      keys: { uri: 'https://other.example/keys' },
    },
  ])
  expect(auth.certificates).toMatchObject({ from: [], elements: 2 })
  expect(auth.throttle).toEqual({ failures: 5, windowMs: 600_000 })
  expect(listen).toEqual({
    host: '127.0.0.1',
    port: 0,
    trustedProxies: ['10.0.0.0/8', '2001:db8::1'],
    tls: {
      cert: join(cwd, 'tls/cert.pem'),
      key: '/etc/tls/key.pem',
      clientCa: join(cwd, 'ca.pem'),
      clients: 'required',
    },
  })
})

const issuer = (rest: string) => `auth: { jwt: [{ issuer: "https://a.example", audience: a, ${rest} }] }`
const caller = (rule: string) => `auth: { certificates: { from: [10.0.0.1], callers: [${rule}] } }`

it.each([
  ['auth: { oidc: [] }', 'auth.oidc is not there yet: name the issuer under jwt'],
  ['auth: { jwt: [{ issuer: "https://a.example" }] }', 'auth.jwt[0].audience is missing'],
  [
    'auth: { jwt: [{ issuer: "http://a.example", audience: a }] }',
    'auth.jwt[0].issuer: "http://a.example" must be an https address, or its jwks be stated',
  ],
  [issuer('algorithms: [HS256]'), 'auth.jwt[0].algorithms[0] must be RS256, RS384, '],
  [issuer('algorithms: [none]'), 'auth.jwt[0].algorithms[0] must be RS256, RS384, '],
  [issuer('algorithms: []'), 'auth.jwt[0].algorithms must not be empty'],
  [
    issuer('jwks: "http://a.example/keys"'),
    'auth.jwt[0].jwks: "http://a.example/keys" must be an https address',
  ],
  [
    issuer('jwks: { keys: [] }'),
    'auth.jwt[0].jwks must be an https address, or a mapping with a list of keys',
  ],
  [issuer('principal: { tags: {} }'), 'auth.jwt[0].principal must have a team, a project or a user'],
  [issuer('principal: { org: other }'), 'auth.jwt[0].principal.org is not there yet'],
  [
    issuer('principal: { user: { table: {} } }'),
    'auth.jwt[0].principal.user must be a name, or have a claim',
  ],
  [
    issuer('principal: { user: { value: a, claim: b } }'),
    'auth.jwt[0].principal.user must be a name, or have',
  ],
  [issuer('principal: { team: nowhere }'), 'auth.jwt[0].principal.team: "nowhere" is not a team'],
  [
    issuer('principal: { team: { claim: groups, table: { eng: nowhere } } }'),
    'auth.jwt[0].principal.team.table.eng: "nowhere" is not a team',
  ],
  [
    caller('{ user: ada }'),
    'auth.certificates.callers[0] is not right: a caller is told by one of uri, dns, email',
  ],
  [
    caller('{ uri: "spiffe://a" }'),
    'auth.certificates.callers[0] is not right: An identity names at least one',
  ],
  [caller('{ dns: a, team: nowhere }'), 'auth.certificates.callers[0].team: "nowhere" is not a team'],
  ['auth: { certificates: { callers: [{ dns: a, user: b }] } }', 'auth.certificates is of no use'],
  [
    'auth: { certificates: { from: [10.0.0.0/99], callers: [{ dns: a, user: b }] } }',
    'auth.certificates.from[0]: "10.0.0.0/99" is no address and no network',
  ],
  ['listen: { trusted_proxies: [everybody] }', 'listen.trusted_proxies[0]: "everybody" is no address'],
  ['listen: { tls: { cert: a } }', 'listen.tls.key is missing'],
  ['auth: { order: [] }', 'auth.order must not be empty'],
  ['auth: { order: [passwords] }', 'auth.order[0] must be certificates, jwt or keys, not "passwords"'],
  ['auth: { throttle: { failures: 0 } }', 'auth.throttle.failures must be a whole number from 1'],
])('says what is wrong with %s', (file, said) => {
  let problem = ''
  try {
    load(file)
  } catch (error) {
    problem = (error as ConfigError).message
  }
  expect(problem).toContain(said)
})
