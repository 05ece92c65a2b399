import { redisLedger } from '@tollgate/kit/ledger/redis'
import { expect, it, onTestFinished } from 'vitest'
import { redisSentinels, until } from '../support/redis.ts'
import { openBooks, reserving, standing } from '../support/redis-books.ts'

it('a master that hangs is left behind once the sentinels name another', { timeout: 60_000 }, async () => {
  const watched = await redisSentinels()
  onTestFinished(() => watched.stop())
  const { master, replica, name, synced } = watched
  const sentinels = watched.sentinels.map(({ host, port }) => ({ host, port }))
  await (await openBooks({ sentinels, name })).close()
  // It gives the master up, and connects to it anew, long before the sentinels do.
  const ledger = redisLedger({ sentinels, name }, { deadlineMs: 200 })
  onTestFinished(() => ledger.close())
  await until('it is connected', () => standing(ledger))
  await synced()
  master.pause()
  const refused = await Promise.allSettled(
    ['a', 'b', 'c', 'd', 'e'].map((id) => ledger.reserve(reserving(id))),
  )
  expect(refused.map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
  let count = 0
  const answer = await until('the new master admits', () => ledger.reserve(reserving(`after ${count++}`, 1)))
  expect(answer).toMatchObject({ status: 'ok' })
  expect(await replica.call('exists', `tg:1:{acme}:res:after ${count - 1}`)).toBe(1)
})
