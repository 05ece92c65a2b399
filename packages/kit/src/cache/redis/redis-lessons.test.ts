import { describe, expect, it, onTestFinished, test } from 'vitest'
import { redisCluster, redisServer } from '../../../../../test/support/redis.ts'
import { throughout } from '../../../../../test/support/throughout.ts'
import { type LessonsUnderTest, lessonConformance } from '../../conformance/lessons.ts'
import { redisAcl } from '../../ledger/redis/acl.ts'
import type { RedisTarget } from '../../ledger/redis/connection.ts'
import { BEGINNING } from '../semantic/lessons/lesson-store.ts'
import { CACHE_COMMANDS } from './acl.ts'
import { redisLessons } from './redis-lessons.ts'

let stores = 0

function emptyStoreOn(target: RedisTarget): LessonsUnderTest {
  const prefix = `lessons${stores++}`
  return { open: (options) => redisLessons(target, { ...options, prefix, deadlineMs: 20_000 }), remove() {} }
}

describe('on one server', () => {
  const server = throughout(redisServer)

  lessonConformance({ test, store: () => emptyStoreOn(server().url) })

  it('passes over what is no batch, and leaves nothing behind that does not go by itself', async () => {
    const store = redisLessons(server().url, { prefix: 'odd', deadlineMs: 20_000 })
    onTestFinished(() => store.close())
    const batch = { by: 'a', number: 1, lessons: [] }
    await store.tell('book', batch)
    const [log] = (await server().call('keys', 'odd:lessons:1:*:log')) as string[]
    for (const odd of ['', 'null', '{"by":"b","number":1}', '{"by":"b","number":1,"lessons":[{}]}'])
      await server().call('xadd', log!, '*', 'b', odd)
    const heard = await store.hear('book', BEGINNING)
    expect(heard.batches).toEqual([batch])
    await store.save('book', {
      place: heard.place,
      rows: [{ key: 'k', text: 't', expiresAtMs: Date.now() * 2 }],
    })
    const keys = (await server().call('keys', 'odd:*')) as string[]
    expect(keys).toHaveLength(4)
    for (const key of keys) expect(Number(await server().call('pttl', key)), key).toBeGreaterThan(0)
  })

  it('does not grow by what has expired, however much is saved at once', async () => {
    let nowMs = 1_000
    const options = { prefix: 'grown', deadlineMs: 20_000, clock: { now: () => nowMs } }
    const store = redisLessons(server().url, options)
    onTestFinished(() => store.close())
    for (let place = 1; place <= 5; place += 1) {
      nowMs += 10
      const rows = Array.from({ length: 500 }, (_, at) => ({
        key: `${place} ${at}`,
        text: 'x',
        expiresAtMs: nowMs + 5,
      }))
      await store.save('book', { place: `1-${place}`, rows })
    }
    const [rows] = (await server().call('keys', 'grown:lessons:1:*:rows')) as string[]
    expect(await server().call('hlen', rows!)).toBe(500)
  })

  it('needs no more than the ACL that is printed for it', async () => {
    const rules = redisAcl('allowed', { also: CACHE_COMMANDS }).split(' ')
    await server().call('acl', 'setuser', 'allowed', '>secret', ...rules)
    const url = `redis://allowed:secret@${server().host}:${server().port}`
    const store = redisLessons(url, { prefix: 'allowed', deadlineMs: 20_000 })
    onTestFinished(() => store.close())
    await store.tell('book', { by: 'a', number: 1, lessons: [] })
    const { place } = await store.hear('book', BEGINNING)
    expect(
      await store.save('book', { place, rows: [{ key: 'k', text: 't', expiresAtMs: Date.now() * 2 }] }),
    ).toBe(true)
    for await (const rows of (await store.load('book')).rows) expect(rows).toHaveLength(1)
  })
})

describe('on a Cluster of three masters', () => {
  const cluster = throughout(redisCluster)

  lessonConformance({ test, store: () => emptyStoreOn({ cluster: cluster().seeds }) })
})
