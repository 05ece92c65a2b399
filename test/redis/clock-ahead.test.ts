import { resetRedisClock } from '@tollgate/kit/ledger/redis'
import { describe, expect, it } from 'vitest'
import { redisServer } from '../support/redis.ts'
import { behindProxy, handClock } from '../support/redis-behind-proxy.ts'
import { ORG, reserving } from '../support/redis-books.ts'

describe('a server whose clock was ahead', () => {
  it('is believed again when an operator says so', async () => {
    const clock = handClock()
    const { ledger, server } = await behindProxy(await redisServer(), { clock })
    await ledger.reserve(reserving('a'))
    await server.call('hset', `tg:1:{${ORG}}:meta`, 't', clock.nowMs + 86_400_000)
    await ledger.reserve(reserving('b')).catch(() => {})
    expect(await resetRedisClock(server.url, { org: ORG, clock, ownClock: clock })).toBe('reset')
    expect(Number(await server.call('hget', `tg:1:{${ORG}}:meta`, 't'))).toBe(clock.nowMs)
  })

  it('is not believed while it is behind, which would open the days of now once more', async () => {
    const clock = handClock()
    const right = { now: () => clock.nowMs + 61 * 86_400_000 }
    const { ledger, server } = await behindProxy(await redisServer(), { clock })
    await server.call('hset', `tg:1:{${ORG}}:meta`, 't', right.now())
    expect(await resetRedisClock(server.url, { org: ORG, clock, ownClock: right })).toBe('clocks_apart')
    await expect(ledger.reserve(reserving('a'))).rejects.toThrow('more than a minute ahead')
  })
})
