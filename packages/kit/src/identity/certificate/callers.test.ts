import { expect, it } from 'vitest'
import { callersBy } from './callers.ts'
import type { ClientCertificate } from './client-certificate.ts'
import { alternativeNames } from './peer-certificate.ts'

const certificate = (names: Partial<ClientCertificate>): ClientCertificate => ({
  hash: undefined,
  uris: [],
  dns: [],
  emails: [],
  ...names,
})

const HASH = 'ab'.repeat(32)
const caller = callersBy([
  { hash: HASH.toUpperCase(), user: 'pinned' },
  { uri: 'spiffe://acme.example/ns/{team}/sa/{user}', org: 'acme', tags: { by: 'mesh' } },
  { dns: '{user}.svc.*.acme.example', team: 'services' },
  { email: '{user}@acme.example', team: 'people' },
])

it.each([
  [
    { uris: ['spiffe://acme.example/ns/search/sa/crawler'] },
    { org: 'acme', team: 'search', user: 'crawler', tags: { by: 'mesh' } },
  ],
  [{ dns: ['crawler.svc.eu.acme.example'] }, { org: 'default', team: 'services', user: 'crawler' }],
  [{ emails: ['ada@acme.example'] }, { org: 'default', team: 'people', user: 'ada' }],
  [
    { hash: HASH, emails: ['ada@acme.example'] },
    { org: 'default', user: 'pinned' },
  ],
  [
    { dns: ['other.example', 'crawler.svc.eu.acme.example'] },
    { org: 'default', team: 'services', user: 'crawler' },
  ],
] as const)('%j is %j', (names, principal) => {
  expect(caller(certificate(names))).toEqual(principal)
})

it.each([
  [{}, 'it stands for nobody'],
  [{ uris: ['spiffe://acme.example/ns/search/sa/crawler/more'] }, 'it stands for nobody'],
  [{ uris: ['spiffe://acme.example/ns//sa/crawler'] }, 'it stands for nobody'],
  [{ uris: ['xspiffe://acme.example/ns/a/sa/b'] }, 'it stands for nobody'],
  [{ uris: ['spiffe://acmeXexample/ns/a/sa/b'] }, 'it stands for nobody'],
  [{ uris: ['spiffe://acme.example/ns/a/sa/b', 'spiffe://acme.example/ns/a/sa/b'] }, 'it stands for nobody'],
  [{ emails: ['ada@acme.example@evil.example'] }, 'it stands for nobody'],
  [{ emails: ['a\u202edа@acme.example'] }, 'it stands for nobody'],
  [{ emails: ['ada@acme.example', 'bob@acme.example'] }, 'its names stand for several callers'],
] as const)('%j is refused: %s', (names, refused) => {
  expect(caller(certificate(names))).toEqual({ refused })
})

it.each([
  [{ user: 'ada' }, 'one of uri, dns, email and hash'],
  [{ uri: 'a', dns: 'b', user: 'ada' }, 'one of uri, dns, email and hash'],
  [{ uri: 'spiffe://a' }, 'at least one of team'],
  [{ uri: 'spiffe://a/{org}', user: 'ada' }, 'a {team}, a {project} and a {user}'],
  [{ uri: 'spiffe://{user}/{user}' }, 'each once'],
  [{ hash: 'abc', user: 'ada' }, 'is no SHA-256'],
])('a rule cannot be %j', (rule, text) => {
  expect(() => callersBy([rule])).toThrow(text)
})

it('reads alternative names as Node tells them, and none that could be read in two ways', () => {
  expect(alternativeNames('')).toEqual([])
  expect(alternativeNames('URI:spiffe://a/b, DNS:x.example, IP Address:127.0.0.1, email:a@b')).toEqual([
    ['URI', 'spiffe://a/b'],
    ['DNS', 'x.example'],
    ['IP Address', '127.0.0.1'],
    ['email', 'a@b'],
  ])
  expect(alternativeNames('DNS:"a, URI:spiffe://forged\\"", DNS:b')).toEqual([
    ['DNS', 'a, URI:spiffe://forged"'],
    ['DNS', 'b'],
  ])
  for (const text of ['DNS', 'DNS:a,URI:b', 'DNS:"a', 'DNS:a"b', ', DNS:a']) {
    expect(alternativeNames(text), text).toBeUndefined()
  }
})
