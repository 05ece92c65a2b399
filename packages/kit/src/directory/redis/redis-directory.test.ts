import { describe, expect, it, onTestFinished, test } from 'vitest'
import { faultProxy, redisCluster, redisServer, until } from '../../../../../test/support/redis.ts'
import { throughout } from '../../../../../test/support/throughout.ts'
import { directoryConformance } from '../../conformance/directory.ts'
import { redisAcl } from '../../ledger/redis/acl.ts'
import type { RedisTarget } from '../../ledger/redis/connection.ts'
import { issueKey } from '../issue-key.ts'
import { keyHasher } from '../key-hash.ts'
import { DIRECTORY_COMMANDS } from './acl.ts'
import { redisDirectory } from './redis-directory.ts'

let stores = 0
const deadlineMs = 20_000
const hasher = keyHasher('a master key of thirty-two bytes or more')

const emptyStoreOn = (target: RedisTarget) => {
  const prefix = `directory${stores++}`
  return {
    open: (options: object) => redisDirectory(target, { prefix, deadlineMs, ...options }),
    remove: () => {},
  }
}

describe('on a Cluster of three masters', () => {
  const cluster = throughout(redisCluster)

  directoryConformance({ test, store: () => emptyStoreOn({ cluster: cluster().seeds }) })
})

describe('on one server', () => {
  const server = throughout(redisServer)

  directoryConformance({ test, store: () => emptyStoreOn(server().url) })

  it('finds a key it has never seen in one round trip', async () => {
    const directory = await emptyStoreOn(server().url).open({})
    onTestFinished(() => directory.close())
    const { record } = issueKey({ hasher, org: 'acme' })
    await directory.createKey(record)
    await server().call('config', 'resetstat')
    expect((await directory.findKey(record.lookup))?.id).toBe(record.id)
    const stats = String(await server().call('info', 'commandstats'))
    const asked = [...stats.matchAll(/cmdstat_([a-z|]+):calls=(\d+)/g)].map(([, name, calls]) => [
      name,
      calls,
    ])
    expect(asked.filter(([name]) => !/^(config|info|hello|ping)/.test(name!))).toEqual([['get', '1']])
  })

  it('leaves no byte of a secret there', async () => {
    const directory = await emptyStoreOn(server().url).open({})
    onTestFinished(() => directory.close())
    const { record, secret } = issueKey({ hasher, org: 'acme', label: 'kept' })
    await directory.createKey(record)
    await directory.rotateKey(record.id, { ...hashed(secret), graceUntilMs: Date.now() + 60_000 })
    // Compressed, a text may stand in a dump in pieces, and a secret as well.
    await server().call('config', 'set', 'rdbcompression', 'no')
    const names = (await server().call('keys', `directory${stores - 1}:*`)) as string[]
    const dumps = await Promise.all(names.map((name) => server().call('dump', name)))
    const all = [...names, ...dumps].map(String).join()
    expect(names.length).toBeGreaterThan(3)
    expect(all).toContain('kept')
    expect(all).not.toContain(secret.slice(16, 32))
  })

  it('says which key has lost its record, whoever asks for it', async () => {
    const directory = await emptyStoreOn(server().url).open({})
    onTestFinished(() => directory.close())
    const { record } = issueKey({ hasher, org: 'acme', id: 'lost' })
    await directory.createKey(record)
    const names = (await server().call('keys', `directory${stores - 1}:*${record.lookup}`)) as string[]
    expect(await server().call('del', ...names)).toBe(1)
    const said = 'the directory has lost the key lost'
    await expect(directory.getKey('lost')).rejects.toThrow(said)
    await expect(directory.listKeys()).rejects.toThrow(said)
    await expect(directory.revokeKey('lost')).rejects.toThrow(said)
    expect(await directory.findKey(record.lookup)).toBeUndefined()
  })

  it('needs no more than the ACL that is printed for it', async () => {
    const prefix = `acl${stores++}`
    const rules = redisAcl(prefix, { also: DIRECTORY_COMMANDS })
    await server().call('acl', 'setuser', prefix, '>secret', ...rules.split(' '))
    const target = `redis://${prefix}:secret@${server().host}:${server().port}`
    const [here, there] = [redisDirectory(target, { prefix, deadlineMs }), redisDirectory(target, { prefix })]
    onTestFinished(async () => void (await Promise.all([here.close(), there.close()])))
    const told: unknown[] = []
    there.watch((changed) => void told.push(changed))
    const { record, secret } = issueKey({ hasher, org: 'acme', id: 'ci' })
    await here.createKey(record)
    await here.rotateKey('ci', { ...hashed(`${secret}x`), graceUntilMs: Date.now() + 60_000 })
    await here.revokeKey('ci')
    await here.listKeys()
    await here.records.put({ kind: 'team', org: 'acme', id: 'red', value: {} }, { by: 'admin' })
    await here.records.list('team', 'acme')
    expect(await here.records.changes('acme')).toHaveLength(4)
    await until('a change is told', () => told.length > 0)
  })

  it('refuses to write where a newer release does, and changes nothing', async () => {
    const store = emptyStoreOn(server().url)
    const prefix = `directory${stores - 1}`
    const directory = await store.open({})
    onTestFinished(() => directory.close())
    const { record } = issueKey({ hasher, org: 'acme' })
    await directory.createKey(record)
    await server().call('set', `${prefix}:directory:layout:{${prefix}}`, '2')
    const refusal = /has layout 2, this Tollgate writes layout 1/
    await expect(directory.revokeKey(record.id)).rejects.toThrow(refusal)
    const put = directory.records.put({ kind: 'team', org: 'acme', id: 'red', value: {} }, { by: 'admin' })
    await expect(put).rejects.toThrow(refusal)
    expect((await directory.findKey(record.lookup))?.revokedAtMs).toBeUndefined()
    expect(await directory.records.changes('acme')).toHaveLength(1)
  })

  it('tells of everything when it listens again after it had lost the connection', async () => {
    const proxy = await faultProxy(server())
    const prefix = `directory${stores++}`
    const here = redisDirectory(server().url, { prefix, deadlineMs })
    const there = redisDirectory(proxy.url, { prefix, deadlineMs })
    onTestFinished(async () => {
      await Promise.all([here.close(), there.close()])
      await proxy.close()
    })
    const told: unknown[] = []
    there.watch((changed) => void told.push(changed))
    await until('it listens', () => told.length === 1)
    expect(told).toEqual([undefined])
    const { record } = issueKey({ hasher, org: 'acme', id: 'ci' })
    await here.createKey(record)
    await until('the key is told', () => told.length === 2)
    expect(told[1]).toEqual({ kind: 'key', id: 'ci', lookups: [record.lookup] })
    proxy.shut()
    await here.revokeKey('ci')
    proxy.open()
    await until('it listens again', () => told.length === 3)
    expect(told[2]).toBeUndefined()
  })

  it('can be revoked in when memory is full', async () => {
    const directory = await emptyStoreOn(server().url).open({})
    onTestFinished(() => directory.close())
    const { record } = issueKey({ hasher, org: 'acme', id: 'ci' })
    await directory.createKey(record)
    await server().call('config', 'set', 'maxmemory', '1')
    onTestFinished(async () => void (await server().call('config', 'set', 'maxmemory', '0')))
    expect(await directory.revokeKey('ci')).toEqual({ status: 'revoked' })
  })
})

function hashed(secret: string) {
  return { lookup: 'Ab12Cd34Ef56', hash: hasher.hash(secret) }
}
