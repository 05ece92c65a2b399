import { initRedisLedger, redisLedger } from '@tollgate/kit/ledger/redis'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { redisServer } from '../support/redis.ts'
import { behindProxy, handClock } from '../support/redis-behind-proxy.ts'
import { KEY, ORG, openBooks, PATIENT, reserving } from '../support/redis-books.ts'

describe('books that are gone', () => {
  it('refuse everybody, and are not started anew by anybody', async () => {
    const { ledger, server } = await behindProxy(await redisServer())
    await ledger.reserve(reserving('a'))
    await server.call('flushall')
    await expect(ledger.reserve(reserving('b'))).rejects.toThrow('tollgate ledger init')
    await expect(redisLedger(server.url, PATIENT).read(ORG, [KEY])).rejects.toThrow('tollgate ledger init')
    expect(await server.call('dbsize')).toBe(0)
  })

  it('deny an account that has lost its limits, instead of giving it new ones', async () => {
    const { ledger, server } = await behindProxy(await redisServer())
    await server.call('del', `tg:1:{${ORG}}:a:${KEY}`)
    expect(await ledger.reserve(reserving('a'))).toEqual({
      status: 'no_account',
      account: KEY,
      reason: 'gone',
    })
  })
})

describe('an org whose books are gone', () => {
  it('is told of, and keeps no other org’s reservations from expiring', async () => {
    const clock = handClock()
    const server = await redisServer()
    closeAfter(() => server.stop())
    const faults: string[] = []
    const onFault = ({ message }: Error) => faults.push(message)
    const ledger = await openBooks(server.url, { clock, onFault })
    closeAfter(() => ledger.close())
    await initRedisLedger(server.url, { orgs: ['globex'], clock })
    await ledger.reserve(reserving('a'))
    await ledger.reserve({ ...reserving('b'), org: 'globex', path: ['org:globex'] })
    await server.call('del', `tg:1:{${ORG}}:meta`)
    clock.nowMs += 60_000
    expect(await ledger.expire()).toMatchObject([{ org: 'globex', id: 'b' }])
    expect(faults).toEqual([expect.stringContaining('tollgate ledger init')])
    // Nobody is left who could be asked: then it is the store that fails.
    await server.call('del', 'tg:1:{globex}:meta')
    await expect(ledger.expire()).rejects.toThrow('tollgate ledger init')
  })
})
