import { describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../core/clock.ts'
import type { Directory } from '../directory/directory.ts'
import { staticDirectory } from '../directory/static-directory.ts'
import { recordCache } from './record-cache.ts'

const BROKEN = new Error('connect ECONNREFUSED 10.1.2.3:6379')

const throwing = () => {
  throw BROKEN
}
const rejecting = async () => throwing()

function cacheOver(records: object, clock: Clock = systemClock) {
  const directory = staticDirectory([])
  return recordCache({
    clock,
    directory: { ...directory, records: { ...directory.records, ...records } as Directory['records'] },
  })
}

describe('records that cannot be read', () => {
  it.each([
    ['at once', { get: throwing, list: throwing }],
    ['in a while', { get: rejecting, list: rejecting }],
  ])('%s refuse as unavailable books do, and their own text stays inside', async (_, records) => {
    const cache = cacheOver(records)
    for (const ask of [() => cache.one('team', 'acme', 'red'), () => cache.all('tier', 'acme')]) {
      const fault = await Promise.resolve()
        .then<unknown>(ask)
        .catch((error: unknown) => error)
      expect(fault).toMatchObject({ code: 'ledger_unavailable', status: 503, cause: BROKEN })
      expect((fault as { publicMessage: string }).publicMessage).not.toContain('10.1.2.3')
    }
  })

  it('are asked for again the next time', async () => {
    const answers = [rejecting, async () => undefined]
    const cache = cacheOver({ get: () => answers.shift()!() })
    await expect(cache.one('team', 'acme', 'red')).rejects.toMatchObject({ code: 'ledger_unavailable' })
    expect(await cache.one('team', 'acme', 'red')).toBeUndefined()
  })
})

it('is asked for again when the clock was set back: nothing gets younger by that', () => {
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs }
  let asked = 0
  const get = () => {
    asked += 1
    return undefined
  }
  const cache = cacheOver({ get }, clock)
  const askedAt = (nowMs: number) => {
    clock.nowMs = nowMs
    cache.one('team', 'acme', 'red')
    return asked
  }
  expect([1_000_000, 1_009_999, 1_010_000, 500_000, 500_001].map(askedAt)).toEqual([1, 1, 2, 3, 3])
})
