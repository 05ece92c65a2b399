import { describe, expect, it } from 'vitest'
import { freshPath, open, reserve, settle, standing } from '../../../../../test/support/sqlite-file.ts'
import { START_MS } from '../../conformance/ledger/bench.ts'
import { resetSqliteClock } from './reset-clock.ts'

describe('a clock that was ahead', () => {
  const DAY_MS = 86_400_000

  it('is told to whoever reserves, and to nobody who ends what is running', async () => {
    const clock = { nowMs: START_MS }
    const ledger = open(freshPath(), { clock: { now: () => clock.nowMs } })
    await reserve(ledger, 'a')
    clock.nowMs -= 60_000
    expect(await reserve(ledger, 'b')).toMatchObject({ status: 'ok' })
    clock.nowMs -= 1
    const [refused, settled] = await Promise.allSettled([reserve(ledger, 'c'), settle(ledger, 'a', 5)])
    expect(refused).toMatchObject({
      reason: {
        message:
          "for the books it is 2026-11-18T12:00:00.000Z, and this machine's clock says 2026-11-18T11:58:59.999Z: nothing is reserved while they are more than a minute ahead of it. Set the clocks right; if one was wrong before and all are right now, `tollgate doctor --reset-clock` lets the books follow",
      },
    })
    expect(settled).toMatchObject({ value: { status: 'settled' } })
    expect(await standing(ledger)).toEqual([5, 100_000_000])
    clock.nowMs += 1
    expect(await reserve(ledger, 'c')).toMatchObject({ status: 'ok' })
    await ledger.close()
  })

  it.each(['normal', 'strict'] as const)(
    'is followed back when an operator says so: %s',
    async (durability) => {
      const path = freshPath()
      const clock = { nowMs: START_MS, now: () => clock.nowMs }
      const ledger = open(path, { clock, durability })
      await reserve(ledger, 'a', 700_000_000)
      clock.nowMs += 30 * DAY_MS
      await reserve(ledger, 'b', 700_000_000)
      clock.nowMs = START_MS + 1000
      await expect(reserve(ledger, 'c')).rejects.toThrow('--reset-clock')
      expect(resetSqliteClock(path, { clock })).toEqual({
        beforeMs: START_MS + 30 * DAY_MS,
        afterMs: START_MS + 1000,
      })
      // In the window of today again, where it stood.
      expect(await reserve(ledger, 'c', 400_000_000)).toMatchObject({
        status: 'denied',
        shortfall: { reserved: 700_000_000, resetAtMs: START_MS + DAY_MS / 2 },
      })
      expect(await reserve(ledger, 'c', 300_000_000)).toMatchObject({ status: 'ok' })
      expect(await settle(ledger, 'b', 5)).toMatchObject({ status: 'settled' })
      await ledger.close()
    },
  )

  it('is not followed ahead', async () => {
    const path = freshPath()
    const ledger = open(path)
    await reserve(ledger, 'a')
    const clock = { now: () => START_MS + DAY_MS }
    expect(resetSqliteClock(path, { clock })).toEqual({ beforeMs: START_MS, afterMs: START_MS })
    await ledger.close()
  })
})
