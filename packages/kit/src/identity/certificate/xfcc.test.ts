import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseXfcc } from './xfcc.ts'

const HASH = 'AB'.repeat(32)

describe('x-forwarded-client-cert', () => {
  it('tells of one certificate', () => {
    const header = `By=spiffe://acme/ns/gw/sa/tollgate;Hash=${HASH};Subject="CN=\\"x\\";URI=spiffe://forged,Hash=1";URI=spiffe://acme/ns/search/sa/crawler;DNS=Crawler.Acme;DNS=two.acme`
    expect(parseXfcc(header)).toEqual([
      {
        hash: HASH.toLowerCase(),
        uris: ['spiffe://acme/ns/search/sa/crawler'],
        dns: ['crawler.acme', 'two.acme'],
        emails: [],
      },
    ])
  })

  it('tells of several, the caller first, and knows its keys in any case', () => {
    expect(parseXfcc('hash=1;uri=a, HASH=2;URI="b"')).toEqual([
      { hash: '1', uris: ['a'], dns: [], emails: [] },
      { hash: '2', uris: ['b'], dns: [], emails: [] },
    ])
  })

  it('has empty values, which name nobody', () => {
    expect(parseXfcc('By=;URI=')).toEqual([{ hash: undefined, uris: [], dns: [], emails: [] }])
  })

  it.each([
    '',
    'URI',
    '=spiffe://a',
    'URI=spiffe://a;',
    'URI=spiffe://a,',
    ',URI=spiffe://a',
    'URI=spiffe://a;;Hash=1',
    'URI="spiffe://a',
    'URI="spiffe://a\\"',
    'URI="a"b',
    'URI=a"b"',
    'URI=a=b',
    'URI=%22a%22;Hash=1;Hash=2',
    'Hash=1;hash=2',
    'Subject="CN=a";Subject="CN=b"',
    'URI=a\\',
  ])('is not taken when it is %j', (header) => {
    expect(parseXfcc(header)).toBeUndefined()
  })

  it('leaves encoded quotes what they are: text', () => {
    expect(parseXfcc('URI=%22spiffe://a%22%3BURI%3Dspiffe://b')).toEqual([
      { hash: undefined, uris: ['%22spiffe://a%22%3BURI%3Dspiffe://b'], dns: [], emails: [] },
    ])
  })

  it('gives back whatever was put into quotes, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (uri, subject) => {
        const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`
        fc.pre(!/[\n\r\u2028\u2029]/.test(uri + subject))
        const told = parseXfcc(`Subject=${quoted(subject)};URI=${quoted(uri)}`)
        expect(told).toEqual([{ hash: undefined, uris: [uri], dns: [], emails: [] }])
      }),
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (header) => void parseXfcc(header)))
  })
})
