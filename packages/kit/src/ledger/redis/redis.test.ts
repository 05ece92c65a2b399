import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisCluster, redisServer } from '../../../../../test/support/redis.ts'
import { keptLimits } from '../../../../../test/support/redis-limits.ts'
import { ledgerConformance, type MakeLedger } from '../../conformance/ledger.ts'
import type { RedisTarget } from './connection.ts'
import { initRedisLedger } from './init.ts'
import { redisLedger } from './redis-ledger.ts'

let books = 0

/** Empty books: every case has keys of its own on the one server. */
const emptyBooksOn =
  (target: () => RedisTarget): MakeLedger =>
  async (request) => {
    const prefix = `t${books++}`
    await initRedisLedger(target(), { prefix, orgs: ['acme', 'globex'], clock: request.clock })
    const open = () => redisLedger(target(), { ...request, prefix, deadlineMs: 20_000 })
    const ledger = open()
    const reopen = async () => {
      await ledger.close()
      return open()
    }
    return { ledger, reopen }
  }

describe('on one server', () => {
  let server: Awaited<ReturnType<typeof redisServer>>
  beforeAll(async () => {
    server = await redisServer()
  })
  afterAll(() => server.stop())

  ledgerConformance(
    { describe, it, expect },
    emptyBooksOn(() => server.url),
    // A hundred of them are `npm run prove`.
    { histories: 4, operations: 2000 },
  )

  it('has left every account with the same limits for scripts as for callers', async () => {
    const accounts = await keptLimits(server.url)
    expect(accounts.length).toBeGreaterThan(0)
    for (const { account, limits, caps } of accounts) expect([account, caps]).toEqual([account, limits])
  })
})

describe('on a Cluster of three masters', () => {
  let cluster: Awaited<ReturnType<typeof redisCluster>>
  beforeAll(async () => {
    cluster = await redisCluster()
  })
  afterAll(() => cluster.stop())

  ledgerConformance(
    { describe, it, expect },
    emptyBooksOn(() => ({ cluster: cluster.seeds })),
    {
      histories: 2,
      operations: 500,
    },
  )
})
