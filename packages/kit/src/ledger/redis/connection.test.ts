import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, redisServer, until } from '../../../../../test/support/redis.ts'
import { connectRedis, type RedisConnection } from './connection.ts'
import { redisLedger } from './redis-ledger.ts'

const HOST = '127.0.0.1'

let redis: RedisServer
beforeAll(async () => {
  redis = await redisServer()
})
afterAll(() => redis.stop())

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/**
 * An address behind which a server hangs: the system takes connections in its name, and nobody answers on them, ever.
 * After so many of them the address stands for a server that is well.
 */
async function hangingAt(hanging: number) {
  const sockets: Socket[] = []
  const taken = { count: 0 }
  const server: Server = createServer((client) => {
    sockets.push(client)
    client.on('error', () => {})
    if (taken.count++ < hanging) return
    const upstream = dial(redis.port, redis.host)
    sockets.push(upstream)
    upstream.on('error', () => {})
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { url: `redis://${HOST}:${port}`, port, taken }
}

function connected(target: Parameters<typeof connectRedis>[0]): RedisConnection {
  const connection = connectRedis(target, () => {})
  cleanups.push(() => connection.close())
  return connection
}

describe('a server that takes connections and never answers on them', () => {
  it('is given up, and asked for anew until one answers', { timeout: 30_000 }, async () => {
    const { url, taken } = await hangingAt(2)
    const connection = connected(url)
    expect(await until('it answers', () => connection.call('ping'))).toBe('PONG')
    expect(taken.count).toBe(3)
    expect(connection.fault).toBeUndefined()
  })

  it('does not keep anybody who closes', async () => {
    const { url, taken } = await hangingAt(Number.POSITIVE_INFINITY)
    const connection = connectRedis(url, () => {})
    await until('the connection is taken', () => taken.count > 0)
    await connection.close()
  })
})

describe('a server that hangs when it has been connected', () => {
  it('keeps nobody who closes', async () => {
    const frozen = await redisServer()
    cleanups.push(() => frozen.stop())
    const ledger = redisLedger(frozen.url, { deadlineMs: 200 })
    await until('it is connected', () => ledger.read('acme', []))
    frozen.pause()
    await ledger.close()
  })
})
