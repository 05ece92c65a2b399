import { describe, expect, it } from 'vitest'
import { redisStore } from './redis-address.ts'

const SECRET = 'p%40ss:word'

describe('an address', () => {
  it.each([
    ['redis://localhost', 'redis://localhost:6379/0', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://10.0.0.7:6380/3', 'redis://10.0.0.7:6380/3', { host: '10.0.0.7', port: 6380, db: 3 }],
    ['redis://[::1]:6380', 'redis://[::1]:6380/0', { host: '::1', port: 6380, db: 0 }],
    [
      `rediss://books:${SECRET}@redis.internal/1`,
      'rediss://redis.internal:6379/1',
      { host: 'redis.internal', port: 6379, db: 1, username: 'books', password: 'p@ss:word', tls: {} },
    ],
    [`redis://:${SECRET}@h`, 'redis://h:6379/0', { host: 'h', port: 6379, db: 0, password: 'p@ss:word' }],
    [
      'redis-sentinel://:pw@s1,s2:26380/2?master=books&sentinel_password=ask',
      'redis-sentinel://s1:26379,s2:26380/2?master=books',
      {
        sentinels: [
          { host: 's1', port: 26_379 },
          { host: 's2', port: 26_380 },
        ],
        name: 'books',
        password: 'pw',
        sentinelPassword: 'ask',
        db: 2,
      },
    ],
    [
      'redis-cluster://u:pw@n1:7000,n2:7001',
      'redis-cluster://n1:7000,n2:7001',
      {
        cluster: [
          { host: 'n1', port: 7000 },
          { host: 'n2', port: 7001 },
        ],
        options: { redisOptions: { username: 'u', password: 'pw' } },
      },
    ],
  ])('%s is %s', (text, shown, target) => {
    expect(redisStore(text)).toEqual({ kind: 'redis', target, prefix: 'tg', shown })
  })

  it('may have a prefix of its own', () => {
    expect(redisStore('redis://h/0?prefix=staging')).toMatchObject({
      prefix: 'staging',
      shown: 'redis://h:6379/0?prefix=staging',
    })
  })

  it('of a Cluster by TLS goes by the names in the certificates, and of sentinels is secure all the way', () => {
    expect(redisStore('rediss-cluster://n1')).toMatchObject({
      target: { options: { redisOptions: { tls: {} }, dnsLookup: expect.any(Function) } },
    })
    expect(redisStore('rediss-sentinel://s1?master=m')).toMatchObject({
      target: { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true },
    })
  })
})

describe('what is no address', () => {
  it.each([
    ['redis:6379', /^is not an address of a Redis: write redis:\/\/host:6379\/0/],
    ['redis://', /^is not an address/],
    ['redis://h:70000', /^is not an address/],
    ['redis://h/one', /^is not an address/],
    ['redis-ring://h', /^is not an address/],
    ['redis://:secret%zz@h', /^has a user or password that cannot be read: percent-encode/],
    ['redis://a,b', /^must name one server: of several say redis-cluster:\/\/ or redis-sentinel:\/\//],
    ['redis-cluster://a/1', /^must name no database/],
    ['redis-sentinel://a', /^must say \?master=NAME/],
    ['redis://a?master=m', /^must say \?master=NAME/],
    ['redis://a?tls=on', /^has no option tls: use prefix, master, sentinel_password$/],
    ['redis://a?prefix={x}', /^has a prefix that is none/],
  ])('%s says the cure, and no secret', (text, sentence) => {
    const told = redisStore(text)
    expect(told).toMatch(sentence)
    expect(told).not.toContain('secret')
  })
})
