import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RedisServer, redisServer } from '../../../../../test/support/redis.ts'
import { examineRedis } from './examine.ts'
import { initRedisLedger } from './init.ts'
import { lookAtRedisBooks } from './look.ts'
import { isNoConnection } from './no-connection.ts'
import { acceptRedisLoss } from './operator.ts'
import { redisLedger } from './redis-ledger.ts'

/** Time enough to say no, also for a machine that has other work; and how long one is waited for that says nothing. */
const deadlineMs = 1_000
const SHORT_MS = 200

/** Where nothing listens: the port was free a moment ago, and the system gives no port out twice in a row. */
let nowhere: string
let redis: RedisServer
beforeAll(async () => {
  redis = await redisServer()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  nowhere = `redis://127.0.0.1:${port}`
})
afterAll(() => redis.stop())

async function read(target: string): Promise<unknown> {
  const ledger = redisLedger(target, { deadlineMs })
  try {
    return await ledger.read('acme', [])
  } finally {
    await ledger.close()
  }
}

const ASK: Readonly<Record<string, (target: string) => Promise<unknown>>> = {
  examine: (target) => examineRedis(target, { deadlineMs }),
  init: (target) => initRedisLedger(target, { orgs: ['acme'], deadlineMs }),
  'accept a loss': (target) => acceptRedisLoss(target, { org: 'acme', sequence: 1, deadlineMs }),
  look: (target) => lookAtRedisBooks(target, { org: 'acme', deadlineMs }),
  read: (target) => read(target),
}

it.each(Object.entries(ASK))('%s says why there is no connection', async (_, ask) => {
  const error = await ask(nowhere).catch((error: unknown) => error)
  expect(isNoConnection(error)).toBe(true)
  expect(error).toMatchObject({
    message: `there is no connection to Redis: connect ECONNREFUSED ${nowhere.slice('redis://'.length)}`,
    cause: { code: 'ECONNREFUSED' },
  })
})

it('says what the server has against the user, and what keeps a Cluster away', async () => {
  const stranger = redis.url.replace('redis://', 'redis://nobody:wrong@')
  await expect(ASK.examine!(stranger)).rejects.toThrow('no connection to Redis: WRONGPASS')
  const cluster = { cluster: [{ host: '127.0.0.1', port: Number(new URL(nowhere).port) }] }
  await expect(examineRedis(cluster, { deadlineMs })).rejects.toThrow(
    /no connection to Redis: Failed to refresh slots cache\. \S/,
  )
})

it('says of a server that is there and silent that it has not answered', async () => {
  const sockets: Socket[] = []
  const silent: Server = createServer((socket) => void sockets.push(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  const silentAt = `redis://127.0.0.1:${port}`
  const error = await examineRedis(silentAt, { deadlineMs: SHORT_MS }).catch((error: unknown) => error)
  expect(isNoConnection(error)).toBe(false)
  expect(String(error)).toContain('Redis has not answered within 200 ms')
  for (const socket of sockets) socket.destroy()
  silent.close()
})
