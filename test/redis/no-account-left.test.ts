import { nanoUsd } from '@tollgate/kit/core'
import { budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import {
  acceptRedisLoss,
  initRedisLedger,
  redisLedger,
  redisSpend,
  redisUnbooked,
} from '@tollgate/kit/ledger/redis'
import { beforeEach, describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type RedisServer, redisServer, until } from '../support/redis.ts'

const ORG = 'acme'
const PATH = ['org:acme', 'team:science', 'key:ada'] as const
const COST = { usd: nanoUsd(40), tokens: 4, requests: 1 }
const HELD = { usd: nanoUsd(100), tokens: 10, requests: 1 }

let server: RedisServer
let ledger: Ledger

async function open(): Promise<Ledger> {
  const opened = redisLedger(server.url, { deadlineMs: 20_000 })
  closeAfter(() => opened.close())
  return opened
}

const provision = (books: Ledger, accounts: readonly (typeof PATH)[number][] = PATH) =>
  Promise.all(
    accounts.map((account) =>
      books.provision(ORG, account, [budgetFrom({ limit_usd: '1', period: 'total' })]),
    ),
  )

const reserve = (id: string) =>
  ledger.reserve({
    org: ORG,
    id,
    path: PATH,
    min: HELD,
    want: HELD,
    bound: 'proven',
    ttlMs: 60_000,
    owner: 'a-gateway',
    memo: { requestId: id, model: 'gpt-4o', priceVersion: 'v' },
  })

const settle = (id: string) => ledger.settle({ org: ORG, id, actual: COST, basis: 'exact' })

/** What the books, the roll-ups and the list of the unbooked have, nano-USD. */
async function told() {
  const [spend, unbooked] = [redisSpend(server.url), redisUnbooked(server.url)]
  const states = await (await open()).read(ORG, PATH)
  const days = await spend.daily(ORG, 0)
  const kept = await unbooked.list(ORG)
  await spend.close()
  await unbooked.close()
  return {
    spent: states.map((state) => state.spent),
    reserved: states.map((state) => state.reserved),
    rolledUp: days.reduce((sum, { charged }) => sum + charged.usd, 0),
    unbooked: kept.reduce((sum, { actual }) => sum + actual.usd, 0),
  }
}

/** The books are opened anew, and the ledger has seen that they are others. */
async function openAnew(): Promise<void> {
  await server.call('flushall')
  await initRedisLedger(server.url, { orgs: [ORG] })
  await acceptRedisLoss(server.url, { org: ORG })
  await until('it knows', () =>
    ledger.heartbeat(ORG, [], 1000).then(
      () => true,
      () => false,
    ),
  )
}

beforeEach(async () => {
  server = await redisServer()
  closeAfter(() => server.stop())
  await initRedisLedger(server.url, { orgs: [ORG] })
  ledger = await open()
  // By another process, which does not hear of what becomes of the books: who has made an account tells of that as well.
  await provision(await open())
})

describe('a call that runs while the books are opened anew', () => {
  it('is in the list of the unbooked where no account of it is left, and in no roll-up', async () => {
    expect(await reserve('running')).toMatchObject({ status: 'ok' })
    await openAnew()
    expect(await settle('running')).toEqual({ status: 'unbooked' })
    expect(await told()).toEqual({ spent: [0, 0, 0], reserved: [0, 0, 0], rolledUp: 0, unbooked: 40 })
    // Told again, it is there once.
    await settle('running')
    expect(await told()).toMatchObject({ rolledUp: 0, unbooked: 40 })
  })

  it('gives accounts that are made again nothing back which they never held', async () => {
    await reserve('running')
    await openAnew()
    await provision(await open())
    await settle('running')
    const { reserved, rolledUp, unbooked, spent } = await told()
    expect(reserved).toEqual([0, 0, 0])
    expect(rolledUp + unbooked).toBe(40)
    expect(spent).toEqual([rolledUp, rolledUp, rolledUp])
  })

  it('is booked once on what is left where only some of its accounts are', async () => {
    await reserve('running')
    await server.call('del', 'tg:1:{acme}:a:key:ada', 'tg:1:{acme}:known', 'tg:1:{acme}:res:running')
    await acceptRedisLoss(server.url, { org: ORG })
    await ledger.heartbeat(ORG, [], 1000)
    await provision(await open(), ['key:ada'])
    expect(await settle('running')).toMatchObject({ status: 'settled' })
    const { reserved, rolledUp, unbooked } = await told()
    expect(reserved[2]).toBe(0)
    expect({ rolledUp, unbooked }).toEqual({ rolledUp: 40, unbooked: 0 })
  })
})

it('a call that ended just before the books were opened anew is told again, and kept where nobody has it', async () => {
  await reserve('ended')
  expect(await settle('ended')).toMatchObject({ status: 'settled' })
  await openAnew()
  expect(await told()).toEqual({ spent: [0, 0, 0], reserved: [0, 0, 0], rolledUp: 0, unbooked: 40 })
})
