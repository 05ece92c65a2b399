import { budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { acceptRedisLoss, initRedisLedger, redisLedger } from '@tollgate/kit/ledger/redis'
import { beforeEach, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type RedisServer, redisServer, until } from '../support/redis.ts'
import { cents, ORG, reserving } from '../support/redis-books.ts'

const TTL_MS = 60_000
/** How long the books are closed while they are recovered. */
const CLOSED_MS = 2500
const PATH = ['org:acme', 'user:ada'] as const

let clock: { nowMs: number; now(): number }
let server: RedisServer
let a: Ledger
let b: Ledger

/** Two processes, for which every user has a dollar a day that nobody has provisioned. */
beforeEach(async () => {
  clock = { nowMs: Date.UTC(2026, 10, 18, 12), now: () => clock.nowMs }
  server = await redisServer({ config: { 'enable-debug-command': 'yes' } })
  closeAfter(() => server.stop())
  await initRedisLedger(server.url, { orgs: [ORG], clock })
  const open = () => {
    const ledger = redisLedger(server.url, {
      budgets: [{ per: 'user', limit_usd: '1.00', period: 'daily' }],
      deadlineMs: 20_000,
      clock,
    })
    closeAfter(() => ledger.close())
    return ledger
  }
  a = open()
  b = open()
  await a.provision(ORG, 'org:acme', [])
})

const ask = (ledger: Ledger, id: string, count: number) =>
  ledger.reserve({ ...reserving(id, count), path: PATH })
const beat = (ledger: Ledger, ...ids: readonly string[]) =>
  ledger.heartbeat(
    ORG,
    ids.map((id) => ({ id, observed: cents(1) })),
    TTL_MS,
  )

/** [spent, reserved] of an account, cents. */
async function standing(account: (typeof PATH)[number]): Promise<number[]> {
  const [state] = await b.read(ORG, [account])
  return [state!.spent, state!.reserved].map((nano) => nano / 10_000_000)
}

/** The server comes back as it was saved: the tail is lost. */
async function loseTail(): Promise<void> {
  await server.restart()
  for (const ledger of [a, b]) await until('it is connected again', () => ledger.read(ORG, ['org:acme']))
  clock.nowMs += 2000
}

it('a user’s first requests are told again with the account that they made, and count in its budget', async () => {
  await server.call('save')
  await ask(a, 'held', 40)
  await ask(b, 'settled', 40)
  await b.settle({ org: ORG, id: 'settled', actual: cents(30), basis: 'exact' })
  await loseTail()
  for (const [ledger, ids] of [
    [a, ['held']],
    [b, []],
  ] as const)
    await beat(ledger, ...ids)
  expect(await standing('user:ada')).toEqual([30, 40])
  clock.nowMs += CLOSED_MS
  expect(await ask(b, 'beyond', 40)).toMatchObject({ status: 'denied' })
  await a.settle({ org: ORG, id: 'held', actual: cents(40), basis: 'exact' })
  for (const account of PATH) expect(await standing(account)).toEqual([70, 0])
  // It is one account under its parent, however many told of it.
  expect(await server.call('hget', `tg:1:{${ORG}}:known`, 'under org:acme')).toBe('1')
})

it('a user’s account that is lost alone is not made again by those who tell of it', async () => {
  await ask(a, 'held', 40)
  await server.call('del', `tg:1:{${ORG}}:a:user:ada`)
  await server.call('hset', `tg:1:{${ORG}}:meta`, 'rid', 'another')
  await beat(a, 'held')
  expect(await server.call('exists', `tg:1:{${ORG}}:a:user:ada`)).toBe(0)
  clock.nowMs += CLOSED_MS
  expect(await ask(b, 'b', 40)).toMatchObject({ status: 'no_account', reason: 'gone' })
})

it.each([
  ['after', 'ab'],
  ['before', 'ba'],
])(
  'what was decided about a user is told %s that user’s requests, and comes to the same',
  async (_, order) => {
    await server.call('save')
    await ask(a, 'held', 40)
    await b.provision(ORG, 'user:ada', [budgetFrom({ limit_usd: '5.00', period: 'daily' })])
    await loseTail()
    for (const who of order) await (who === 'a' ? beat(a, 'held') : beat(b))
    clock.nowMs += CLOSED_MS
    expect((await b.read(ORG, ['user:ada']))[0]!.budgets).toMatchObject([{ limit: 5e9, reserved: 4e8 }])
    expect(await ask(a, 'more', 400)).toMatchObject({ status: 'ok' })
  },
)

it('what a process has seen of accounts is forgotten with the books that had them', async () => {
  await ask(a, 'before', 40)
  await a.release(ORG, 'before')
  await server.call('flushall')
  await initRedisLedger(server.url, { orgs: [ORG], clock })
  await acceptRedisLoss(server.url, { org: ORG, clock })
  await beat(a)
  expect(a.smallestLimits(ORG, ['org:acme'])).toEqual({})
  await b.provision(ORG, 'org:acme', [])
  clock.nowMs += CLOSED_MS
  expect(await ask(a, 'after', 40)).toMatchObject({ status: 'ok' })
})
