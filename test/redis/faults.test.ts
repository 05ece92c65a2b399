import { describe, expect, it } from 'vitest'
import { redisServer, until } from '../support/redis.ts'
import { behindProxy } from '../support/redis-behind-proxy.ts'
import { cents, ORG, reserving, standing } from '../support/redis-books.ts'

describe('one fault between the ledger and Redis', () => {
  it('a reserve whose reply is lost is ended by its release, and holds nothing', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    const lost = proxy.loseReply()
    await expect(ledger.reserve(reserving('a'))).rejects.toThrow()
    await lost
    expect(await until('the release is accepted', () => ledger.release(ORG, 'a'))).toEqual({
      status: 'released',
    })
    expect(await standing(ledger)).toEqual([0, 0, 0])
  })

  it('a reserve that never got there cannot come to life after its release', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    const refused = proxy.answer('LOADING Redis is loading the dataset in memory')
    await expect(ledger.reserve(reserving('a'))).rejects.toThrow('LOADING')
    await refused
    expect(await ledger.release(ORG, 'a')).toEqual({ status: 'tombstoned' })
    expect(await ledger.reserve(reserving('a'))).toEqual({ status: 'finished' })
  })

  it('a settle whose reply is lost counts once when it is said again', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    await ledger.reserve(reserving('a'))
    const settle = { org: ORG, id: 'a', actual: cents(7), basis: 'exact' } as const
    const lost = proxy.loseReply()
    await expect(ledger.settle(settle)).rejects.toThrow()
    await lost
    expect(await until('the settle is accepted', () => ledger.settle(settle))).toEqual({
      status: 'repeat',
      overdraft: false,
    })
    expect(await standing(ledger)).toEqual([7, 0, 0])
  })

  it('a server that has forgotten the scripts is told them again', async () => {
    const { ledger, server } = await behindProxy(await redisServer())
    await ledger.reserve(reserving('a'))
    await server.call('script', 'flush')
    expect(await ledger.reserve(reserving('b'))).toMatchObject({ status: 'ok' })
    expect(await standing(ledger)).toEqual([0, 20, 0])
  })

  it.each([
    "READONLY You can't write against a read only replica.",
    'NOREPLICAS Not enough good replicas to write.',
  ])('“%s” refuses, and the next one is admitted', async (error) => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    const refused = proxy.answer(error)
    await expect(ledger.reserve(reserving('a'))).rejects.toThrow(error.split(' ')[0])
    await refused
    const again = await until('it is admitted', () => ledger.reserve(reserving('b')))
    expect(again).toMatchObject({ status: 'ok' })
  })

  it('a connection that breaks fails what was on it, and nothing is sent twice', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    proxy.hang()
    const commands = ['a', 'b', 'c'].map((id) => ledger.reserve(reserving(id)))
    const outcomes = Promise.allSettled(commands)
    proxy.cut()
    proxy.flow()
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await until('the ledger is back', () => standing(ledger))
    const reserves = proxy.passed.filter((words) => ['a', 'b', 'c'].some((id) => words.includes(id)))
    expect(reserves.length).toBeLessThanOrEqual(3)
  })
})

describe('a Redis that does not answer', () => {
  it('costs nobody more than the deadline, and after five of them nothing but a probe', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer(), { deadlineMs: 1000 })
    proxy.hang()
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await expect(ledger.reserve(reserving(id))).rejects.toThrow('has not answered within 1000 ms')
    }
    await expect(ledger.reserve(reserving('f'))).rejects.toThrow('nothing is sent but a probe')
    proxy.flow()
    const back = await until('a probe finds it well again', () => ledger.reserve(reserving('g', 1)))
    expect(back).toMatchObject({ status: 'ok' })
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f'])
      await until('the release is accepted', () => ledger.release(ORG, id))
    expect(await until('it is read', () => standing(ledger))).toEqual([0, 1, 0])
  })

  it('is refused at once while there is no connection', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    proxy.shut()
    await until('the connection is gone', () =>
      ledger.reserve(reserving('a')).then(
        () => false,
        () => true,
      ),
    )
    await expect(ledger.reserve(reserving('b'))).rejects.toThrow()
    proxy.open()
    expect(await until('it is back', () => ledger.reserve(reserving('c')))).toMatchObject({ status: 'ok' })
  })
})

describe('memory that is full', () => {
  it('refuses to reserve, and still settles and releases', async () => {
    const { ledger, server } = await behindProxy(await redisServer())
    for (const id of ['a', 'b']) await ledger.reserve(reserving(id))
    await server.call('config', 'set', 'maxmemory-policy', 'noeviction')
    await server.call('config', 'set', 'maxmemory', '1mb')
    await expect(ledger.reserve(reserving('c'))).rejects.toThrow('OOM')
    expect(await ledger.settle({ org: ORG, id: 'a', actual: cents(4), basis: 'exact' })).toMatchObject({
      status: 'settled',
    })
    expect(await ledger.release(ORG, 'b')).toEqual({ status: 'released' })
    expect(await standing(ledger)).toEqual([4, 0, 0])
  })
})
