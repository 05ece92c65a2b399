import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import { redisLedger } from '@tollgate/kit/ledger/redis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { randomFrom } from '../../packages/kit/src/conformance/ledger/random.ts'
import { PROVE } from '../support/prove.ts'
import { type FaultProxy, faultProxy, type RedisServer, redisServer, until } from '../support/redis.ts'
import { cents, KEY, ORG, openBooks, PATIENT, reserving, standing } from '../support/redis-books.ts'

/** Three processes on one set of books; the replies of the third can be lost. */
let ledgers: readonly Ledger[]
let server: RedisServer
let proxy: FaultProxy
beforeEach(async () => {
  server = await redisServer()
  proxy = await faultProxy(server)
  const first = await openBooks(server.url)
  ledgers = [first, ...[server, proxy].map(({ url }) => redisLedger(url, PATIENT))]
})
afterEach(async () => {
  await Promise.all(ledgers.map((ledger) => ledger.close()))
  await proxy.close()
  await server.stop()
})

const told = async (commands: readonly Promise<{ readonly status: string }>[]) => {
  const counts: Record<string, number> = {}
  for (const { status } of await Promise.all(commands)) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** @see PAINS P6: LiteLLM #35569 (a failed reconcile counts twice), higress #1080. */
it('P6: a settle that three processes say a hundred times at once counts once, and nothing undoes it', async () => {
  const settle = { org: ORG, id: 'a', actual: cents(7), basis: 'exact' } as const
  await ledgers[0]!.reserve(reserving('a'))
  const lost = proxy.loseReply((words) => words.includes('exact'))
  await expect(ledgers[2]!.settle(settle)).rejects.toThrow()
  await lost
  await until('the third is connected again', () => standing(ledgers[2]!))
  const all = Array.from({ length: 100 }, (_, at) => ledgers[at % 3]!.settle(settle))
  expect(await told(all)).toEqual({ repeat: 100 })
  expect(await standing(ledgers[0]!)).toEqual([7, 0, 0])
  expect(await ledgers[1]!.release(ORG, 'a')).toMatchObject({ status: 'conflict' })
  expect(await ledgers[1]!.settle({ ...settle, actual: cents(8) })).toMatchObject({ status: 'conflict' })
  expect(await standing(ledgers[0]!)).toEqual([7, 0, 0])

  // Work that was done after a release is booked all the same; an estimate gives way to what is exact.
  await ledgers[0]!.reserve(reserving('b'))
  expect(await ledgers[1]!.release(ORG, 'b')).toEqual({ status: 'released' })
  const late = { ...settle, id: 'b', basis: 'estimated' } as const
  expect(await ledgers[2]!.settle(late)).toMatchObject({ status: 'late' })
  expect(await ledgers[0]!.settle({ ...late, actual: cents(5), basis: 'exact' })).toMatchObject({
    status: 'settled',
  })
  expect(await standing(ledgers[0]!)).toEqual([12, 0, 0])
})

/** @see PAINS P7: TensorZero (a settle is all or nothing, and its result ignored), higress. */
it('P7: what costs more than it held is booked in full on every account of the path, and denies the next', async () => {
  const PATH: readonly AccountId[] = ['org:acme', 'team:poor', KEY]
  const cap = { id: 'cap', metric: 'usd', window: 'day', timeZone: 'UTC', mode: 'hard' } as const
  await ledgers[0]!.provision(ORG, 'org:acme', [{ ...cap, limit: cents(1000).usd }])
  await ledgers[0]!.provision(ORG, 'team:poor', [{ ...cap, limit: cents(100).usd }])
  const asked = (id: string, count: number) => ({ ...reserving(id, count), path: PATH })
  await ledgers[0]!.reserve(asked('a', 80))
  await ledgers[0]!.settle({ org: ORG, id: 'a', actual: cents(80), basis: 'exact' })
  await ledgers[1]!.reserve(asked('b', 10))
  expect(await ledgers[2]!.settle({ org: ORG, id: 'b', actual: cents(50), basis: 'exact' })).toEqual({
    status: 'settled',
    overdraft: true,
  })
  const states = await ledgers[0]!.read(ORG, PATH)
  expect(states.map(({ spent, reserved }) => [spent, reserved])).toEqual(Array(3).fill([cents(130).usd, 0]))
  expect(await ledgers[1]!.reserve(asked('c', 1))).toMatchObject({
    status: 'denied',
    shortfall: { reason: 'exceeded' },
  })
})

/** @see PAINS P19: otari #722 ($0.6619999999999999), Kong, loopers. */
it('P19: random charges add up to what BigInt says, to the unit', async () => {
  const charges = PROVE ? 200_000 : 2000
  const random = randomFrom(19)
  const account: AccountId = 'user:drift'
  let sum = 0n
  const one = async (at: number) => {
    const ledger = ledgers[at % 2]!
    const amount = random.int(2 ** 31) * (1 + random.int(8)) + random.int(7)
    sum += BigInt(amount)
    const amounts = { usd: amount, tokens: 0, requests: 0 } as Parameters<Ledger['settle']>[0]['actual']
    await ledger.reserve({ ...reserving(`r${at}`), path: ['org:acme', account], min: amounts, want: amounts })
    await ledger.settle({ org: ORG, id: `r${at}`, actual: amounts, basis: 'exact' })
  }
  let next = 0
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (next < charges) await one(next++)
    }),
  )
  const states = await ledgers[0]!.read(ORG, [account, 'org:acme'])
  for (const { spent, reserved } of states) expect([BigInt(spent), reserved]).toEqual([sum, 0])
  console.log(`P19: ${charges} random charges are ${sum} nano-dollars, exactly`)
}, 1_800_000)

const EVERYTHING = `
local all = redis.call('KEYS', '*')
table.sort(all)
for at, key in ipairs(all) do all[at] = key .. ' ' .. redis.sha1hex(redis.call('DUMP', key)) end
return all`

/** @see PAINS P20: LiteLLM #39309 (a denied request uses up the rate), Portkey's script (a denied one empties the bucket). */
it('P20: a denied reserve leaves every key of Redis as it was, down to the last bit', async () => {
  const mode = 'hard'
  await ledgers[0]!.provision(ORG, KEY, [
    { id: 'cap', metric: 'usd', window: 'day', timeZone: 'UTC', limit: cents(100).usd, mode },
    { id: 'calls', metric: 'requests', window: 'hour', timeZone: 'UTC', limit: 5, mode },
  ])
  const asking = (id: string, count: number, requests: number) => {
    const amounts = { ...cents(count), requests }
    return { ...reserving(id), min: amounts, want: amounts }
  }
  for (const at of [0, 1]) await ledgers[at]!.reserve(asking(`held${at}`, 30, 2))
  const before = await server.call('eval', EVERYTHING, 0)
  // By money, by count, by both, and by an account that nobody has: from all three at once.
  const denied = [asking('usd', 50, 0), asking('calls', 1, 2), asking('both', 90, 9)]
  const asks = Array.from({ length: 60 }, (_, at) => {
    const one = denied[at % 3]!
    return ledgers[at % 2]!.reserve({ ...one, id: `${one.id}${at}` })
  })
  const unknown = { ...reserving('stranger'), path: ['org:acme', 'key:stranger'] as const }
  expect(await told([...asks, ledgers[0]!.reserve(unknown)])).toEqual({ denied: 60, no_account: 1 })
  expect(await server.call('eval', EVERYTHING, 0)).toEqual(before)
  await ledgers[2]!.settle({ org: ORG, id: 'held0', actual: { ...cents(30), requests: 2 }, basis: 'exact' })
  expect(await ledgers[2]!.release(ORG, 'held1')).toEqual({ status: 'released' })
  expect(await standing(ledgers[0]!)).toEqual([30, 0, 0])
})
