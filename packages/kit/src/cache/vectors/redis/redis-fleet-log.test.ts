import { describe, expect, it, onTestFinished } from 'vitest'
import { faultProxy, redisServer } from '../../../../../../test/support/redis.ts'
import { throughout } from '../../../../../../test/support/throughout.ts'
import type { FleetEvent } from '../fleet-log.ts'
import { type RedisFleetLogOptions, redisFleetLog } from './redis-fleet-log.ts'

const server = throughout(redisServer)

let logs = 0

/** A log of its own, and what is heard of it. */
async function opened({
  url = server().url,
  ...options
}: RedisFleetLogOptions & { readonly url?: string } = {}) {
  const prefix = options.prefix ?? `log${logs++}`
  const log = redisFleetLog(url, { deadlineMs: 5_000, ...options, prefix })
  onTestFinished(() => log.close())
  const heard: (FleetEvent | 'gap')[] = []
  const leave = log.follow({
    onEvents: (events) => void heard.push(...events),
    onGap: () => void heard.push('gap'),
  })
  // What was read before it listened is void: that is how one knows that it listens.
  await expect.poll(() => heard.splice(0), { timeout: 20_000 }).toEqual(['gap'])
  const { tell } = log
  return { prefix, log, heard, leave, tell, key: `${prefix}:vectors:1:log` }
}

const add = (id: string): FleetEvent => ({ kind: 'add', partition: 'p “1”', id })
const hears = (heard: readonly unknown[], expected: readonly unknown[]) =>
  expect.poll(() => heard, { timeout: 20_000 }).toEqual(expected)

describe('a log', () => {
  it('is heard by all, in order, every kind of event as it was told', async () => {
    const here = await opened()
    const there = await opened({ prefix: here.prefix })
    const events: FleetEvent[] = [
      add('a'),
      { kind: 'remove', partition: 'p', id: 'a\n{}' },
      { kind: 'label', partition: 'p', id: 'b', similarity: 987, same: false },
      { kind: 'epoch', scope: 'project:faq', epoch: 3 },
      { kind: 'epoch', scope: 'project:faq', tag: 'prices', epoch: 4 },
    ]
    for (const event of events) await here.tell(event)
    await hears(here.heard, events)
    await hears(there.heard, events)
  })

  it('is heard from its end on', async () => {
    const here = await opened()
    await here.tell(add('before'))
    const there = await opened({ prefix: here.prefix })
    await here.tell(add('after'))
    await hears(there.heard, [add('after')])
  })

  it('is bounded', async () => {
    const { tell, key } = await opened({ maxLength: 100 })
    await Promise.all(Array.from({ length: 1_000 }, (_, at) => tell(add(String(at)))))
    // As short as whole nodes of the stream allow, of a hundred entries each.
    expect(Number(await server().call('xlen', key))).toBeLessThanOrEqual(200)
  })

  it('passes over what this release does not know', async () => {
    const { heard, tell, key } = await opened()
    for (const odd of [
      '',
      'null',
      '[]',
      '"add"',
      '{"kind":"constructor"}',
      '{"kind":"add","id":1}',
      '{"kind":"new"}',
    ]) {
      await server().call('xadd', key, '1-*', 'e', odd)
    }
    await tell(add('a'))
    await hears(heard, [add('a')])
  })

  it('is not heard any more by who has left', async () => {
    const { heard, leave, tell } = await opened()
    await leave()
    await tell(add('a'))
    expect(heard).toEqual([])
  })
})

describe('a gap is told of', () => {
  it('when events had to make room before they were read', async () => {
    const { heard, tell, key } = await opened()
    await tell(add('a'))
    await hears(heard, [add('a')])
    // In one step, so that nobody reads in between.
    const lua =
      "for at = 1, 5 do redis.call('XADD', KEYS[1], '1-*', 'e', ARGV[1]) end return redis.call('XTRIM', KEYS[1], 'MAXLEN', 2)"
    await server().call('eval', lua, 1, key, JSON.stringify(add('b')))
    await hears(heard, [add('a'), 'gap', add('b'), add('b')])
  })

  it('when the log is lost, and followed again from there', async () => {
    const { heard, tell, key } = await opened()
    for (const id of ['a', 'b', 'c']) await tell(add(id))
    await hears(heard, [add('a'), add('b'), add('c')])
    await server().call('del', key)
    await hears(heard, [add('a'), add('b'), add('c'), 'gap'])
    await tell(add('d'))
    await hears(heard, [add('a'), add('b'), add('c'), 'gap', add('d')])
  })
})

describe('behind a connection that fails', () => {
  it('nothing is missed that Redis still has', async () => {
    const proxy = await faultProxy(server())
    onTestFinished(() => proxy.close())
    const there = await opened({ url: proxy.url })
    const here = await opened({ prefix: there.prefix })
    await here.tell(add('a'))
    await hears(there.heard, [add('a')])
    proxy.shut()
    await here.tell(add('b'))
    proxy.open()
    await hears(there.heard, [add('a'), add('b')])
  })

  it('one that hangs is given up', async () => {
    const proxy = await faultProxy(server())
    onTestFinished(() => proxy.close())
    const there = await opened({ url: proxy.url, deadlineMs: 200 })
    const here = await opened({ prefix: there.prefix })
    proxy.hang()
    await expect(there.tell(add('unheard'))).rejects.toThrow()
    await here.tell(add('a'))
    proxy.cut()
    proxy.flow()
    await expect.poll(() => there.heard.at(-1), { timeout: 20_000 }).toEqual(add('a'))
  })

  it('a follower that fails is told of, and hears what comes next', async () => {
    const faults: unknown[] = []
    const { log, tell } = await opened({ onFault: (error) => faults.push(error) })
    const heard: FleetEvent[] = []
    const ready = Promise.withResolvers<void>()
    log.follow({
      onGap: () => ready.resolve(),
      onEvents(events) {
        if (faults.length === 0) throw new Error('no room')
        heard.push(...events)
      },
    })
    await ready.promise
    await tell(add('a'))
    await expect.poll(() => faults.map(String), { timeout: 20_000 }).toEqual(['Error: no room'])
    await tell(add('b'))
    await hears(heard, [add('b')])
  })
})
