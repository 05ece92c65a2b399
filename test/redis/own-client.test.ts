import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { redisServer } from '../support/redis.ts'
import { ORG, openBooks, reserving } from '../support/redis-books.ts'

describe('a client that the application has', () => {
  it('is duplicated, with what must hold, and left open', async () => {
    const server = await redisServer()
    closeAfter(() => server.stop())
    const own = new Redis(server.url, { keyPrefix: 'app:', enableAutoPipelining: true })
    closeAfter(async () => own.disconnect())
    await own.set('theirs', '1')
    const ledger = await openBooks(own)
    expect(await ledger.reserve(reserving('a'))).toMatchObject({ status: 'ok' })
    await ledger.close()
    expect(await own.get('theirs')).toBe('1')
    expect(await server.call('exists', `tg:1:{${ORG}}:meta`)).toBe(1)
  })
})
