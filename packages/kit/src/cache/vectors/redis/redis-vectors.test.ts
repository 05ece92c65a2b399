import { describe, expect, it, onTestFinished, test } from 'vitest'
import { redisCluster, redisServer } from '../../../../../../test/support/redis.ts'
import { throughout } from '../../../../../../test/support/throughout.ts'
import { type VectorsUnderTest, vectorStoreConformance } from '../../../conformance/vectors.ts'
import { redisAcl } from '../../../ledger/redis/acl.ts'
import type { RedisTarget } from '../../../ledger/redis/connection.ts'
import { vectorOf } from '../quantise.ts'
import { VECTOR_COMMANDS } from './acl.ts'
import { redisFleetLog } from './redis-fleet-log.ts'
import { redisVectors } from './redis-vectors.ts'

let stores = 0

function emptyStoreOn(target: RedisTarget): VectorsUnderTest {
  const prefix = `vectors${stores++}`
  return { open: ({ clock }) => redisVectors(target, { prefix, clock, deadlineMs: 20_000 }), remove() {} }
}

const row = (id: string) => ({ id, vector: vectorOf(Int8Array.from([127, -1, 0])) })

describe('on one server', () => {
  const server = throughout(redisServer)

  vectorStoreConformance({ test, store: () => emptyStoreOn(server().url) })

  function opened(prefix: string, url: string = server().url) {
    const store = redisVectors(url, { prefix, deadlineMs: 20_000, ttlMs: 60_000 })
    onTestFinished(() => store.close())
    return store
  }

  it('leaves nothing behind that does not go by itself', async () => {
    await opened('goes').put('p', row('a'))
    expect(Number(await server().call('pttl', 'goes:vectors:1:p:p'))).toBeGreaterThan(0)
  })

  it('passes over what is no row, and removes it when it loads', async () => {
    const store = opened('odd')
    await store.put('p', row('a'))
    const odd = { empty: '', words: 'not a row', long: ` ${'A'.repeat(8_000)} `, old: '1 fwA= ' }
    await server().call('hset', 'odd:vectors:1:p:p', ...Object.entries(odd).flat())
    expect(await store.read('p', [...Object.keys(odd), 'a'])).toHaveLength(1)
    for await (const rows of store.load('p')) expect(rows.map(({ id }) => id)).toEqual(['a'])
    expect(await server().call('hkeys', 'odd:vectors:1:p:p')).toEqual(['a'])
  })

  it('needs no more than the ACL that is printed for it', async () => {
    const rules = redisAcl('allowed', { also: VECTOR_COMMANDS }).split(' ')
    await server().call('acl', 'setuser', 'allowed', '>secret', ...rules)
    const url = `redis://allowed:secret@${server().host}:${server().port}`
    const store = opened('allowed', url)
    await store.put('p', { ...row('a'), expiresAtMs: 1 })
    expect(await store.read('p', ['a'])).toEqual([])
    for await (const rows of store.load('p')) expect(rows).toEqual([])
    await store.drop('p')
    const log = redisFleetLog(url, { prefix: 'allowed', deadlineMs: 20_000 })
    onTestFinished(() => log.close())
    const heard = new Promise((resolve) => {
      const tell = () => log.tell({ kind: 'add', partition: 'p', id: 'a' })
      log.follow({ onGap: tell, onEvents: resolve })
    })
    expect(await heard).toEqual([{ kind: 'add', partition: 'p', id: 'a' }])
  })
})

describe('on a Cluster of three masters', () => {
  const cluster = throughout(redisCluster)

  vectorStoreConformance({ test, store: () => emptyStoreOn({ cluster: cluster().seeds }) })
})
