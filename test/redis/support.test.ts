import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Cluster, Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import {
  faultProxy,
  infoOf,
  redisCluster,
  redisPair,
  redisSentinels,
  redisServer,
  redisWithAof,
  until,
} from '../support/redis.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function started<T extends { stop(): Promise<void> }>(server: T): T {
  cleanups.push(() => server.stop())
  return server
}

function clientOf(url: string): Redis {
  const redis = new Redis(url, {
    retryStrategy: () => 20,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  })
  redis.on('error', () => {})
  cleanups.push(() => redis.disconnect())
  return redis
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a redis of the tests', () => {
  it('forgets everything when it is killed, and finds it again with an append-only file', async () => {
    const kept = []
    for (const server of [started(await redisServer()), started(await redisWithAof('always'))]) {
      await server.call('set', 'a', '1')
      await server.restart()
      kept.push(await server.call('get', 'a'))
    }
    expect(kept).toEqual([null, '1'])
  })

  it('answers nobody while it is paused', async () => {
    const server = started(await redisServer())
    server.pause()
    const answer = server.call('ping').then(() => log.push('answered'))
    const log: string[] = []
    await new Promise((resolve) => setImmediate(resolve))
    log.push('resumed')
    server.resume()
    await answer
    expect(log).toEqual(['resumed', 'answered'])
  })

  it('dies with the process that started it, also by kill -9', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'orphan-child.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    cleanups.push(() => child.kill('SIGKILL'))
    const [said] = await once(child.stdout, 'data')
    const pid = Number(said)
    expect(isAlive(pid)).toBe(true)
    child.kill('SIGKILL')
    await until('the server is gone', () => !isAlive(pid))
  })

  it('removes its folder when it is stopped', async () => {
    const server = await redisServer()
    expect(existsSync(server.folder)).toBe(true)
    await server.stop()
    expect(existsSync(server.folder)).toBe(false)
  })
})

describe('several', () => {
  it('can be a master and a replica that takes over', async () => {
    const { master, replica, synced, promote } = started(await redisPair())
    await master.call('set', 'a', '1')
    await synced()
    expect(await replica.call('get', 'a')).toBe('1')
    await promote()
    expect(await replica.call('set', 'a', '2')).toBe('OK')
  })

  it('can be a Cluster of three masters', async () => {
    const { nodes, seeds, nodeOf } = started(await redisCluster())
    const cluster = new Cluster([...seeds])
    cleanups.push(() => cluster.disconnect())
    for (const key of ['a', 'b', 'c', 'd']) {
      await cluster.set(key, key)
      const slot = Number(await nodes[0]!.call('cluster', 'keyslot', key))
      expect(await nodeOf(slot).call('get', key)).toBe(key)
    }
  })

  it('can be watched by sentinels that move the master', async () => {
    const { sentinels, name, failOver, replica } = started(await redisSentinels())
    const redis = new Redis({
      sentinels: sentinels.map(({ host, port }) => ({ host, port })),
      name,
      retryStrategy: () => 20,
    })
    redis.on('error', () => {})
    cleanups.push(() => redis.disconnect())
    await redis.set('a', '1')
    await failOver()
    await until(
      'the client has followed',
      async () => infoOf(await redis.info('server'), 'tcp_port') === String(replica.port),
    )
  })
})

describe('the fault proxy', () => {
  const ADD = "return redis.call('INCRBY', KEYS[1], ARGV[1])"

  it('passes everything on', async () => {
    const server = started(await redisServer())
    const proxy = await faultProxy(server)
    cleanups.push(() => proxy.close())
    const redis = clientOf(proxy.url)
    const big = 'x'.repeat(200_000)
    await redis.set('big', big)
    const replies = await Promise.all([
      redis.get('big'),
      redis.hgetall('none'),
      redis.config('GET', 'save'),
      redis.get('nothing'),
    ])
    expect(replies).toEqual([big, {}, ['save', ''], null])
  })

  it('lets Redis run a command and loses its reply', async () => {
    const server = started(await redisServer())
    const proxy = await faultProxy(server)
    cleanups.push(() => proxy.close())
    const redis = clientOf(proxy.url)
    const lost = proxy.loseReply()
    await expect(redis.eval(ADD, 1, 'a', 5)).rejects.toThrow()
    await lost
    expect(await server.call('get', 'a')).toBe('5')
    await until('the client is back', () => redis.status === 'ready')
    expect(await redis.eval(ADD, 1, 'a', 5)).toBe(10)
  })

  it('answers in the place of Redis, in the order of the commands', async () => {
    const server = started(await redisServer())
    const proxy = await faultProxy(server)
    cleanups.push(() => proxy.close())
    const redis = clientOf(proxy.url)
    await redis.ping()
    const refused = proxy.answer("READONLY You can't write against a read only replica.")
    const replies = await Promise.allSettled([
      redis.incr('before'),
      redis.eval(ADD, 1, 'a', 5),
      redis.incr('after'),
    ])
    await refused
    expect(replies.map((reply) => ('value' in reply ? reply.value : reply.reason.message))).toEqual([
      1,
      "READONLY You can't write against a read only replica.",
      1,
    ])
    expect(await server.call('get', 'a')).toBe(null)
  })

  it('hangs, flows again, cuts, shuts and opens', async () => {
    const server = started(await redisServer())
    const proxy = await faultProxy(server)
    cleanups.push(() => proxy.close())
    const redis = clientOf(proxy.url)
    await redis.ping()
    proxy.hang()
    const answer = redis.incr('a')
    await server.call('ping')
    expect(await server.call('get', 'a')).toBe(null)
    proxy.flow()
    expect(await answer).toBe(1)
    proxy.delay(5)
    expect(await Promise.all([redis.incr('a'), redis.incr('a')])).toEqual([2, 3])
    proxy.delay(0)
    proxy.shut()
    await expect(redis.incr('a')).rejects.toThrow()
    proxy.open()
    await until('the client is back', () => redis.status === 'ready')
    expect(await redis.incr('a')).toBe(4)
  })

  it('lets another server answer, on the same connection', async () => {
    const [one, other] = [started(await redisServer()), started(await redisServer())]
    await one.call('set', 'who', 'one')
    await other.call('set', 'who', 'other')
    const proxy = await faultProxy(one)
    cleanups.push(() => proxy.close())
    const redis = clientOf(proxy.url)
    expect(await redis.get('who')).toBe('one')
    let broke = false
    redis.on('close', () => {
      broke = true
    })
    proxy.retarget(other.port)
    expect(await redis.get('who')).toBe('other')
    expect(broke).toBe(false)
  })
})
