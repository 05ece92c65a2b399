import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Window } from '../../ledger/ledger.ts'
import { windowAt } from '../../ledger/windows.ts'
import { turnAt } from './calendar.ts'

const moments = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2036, 0) })
const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Sydney',
)
const windows = fc.constantFrom<Window>('hour', 'day', 'week', 'month', 'total')
const anchors = fc.integer({ min: 1, max: 28 })

it('the calendar of the reference, read off a wall clock, is the calendar of the stores', () => {
  fc.assert(
    fc.property(moments, zones, windows, anchors, (nowMs, timeZone, window, anchorDay) => {
      const { id, endMs } = windowAt(nowMs, window, timeZone, anchorDay)
      const budget = {
        id: 'any',
        metric: 'usd',
        window,
        timeZone,
        anchorDay,
        limit: 1,
        mode: 'hard',
      } as const
      expect(turnAt(nowMs, budget)).toEqual({ label: id.replace('T', ' '), endMs })
    }),
    { numRuns: 1000 },
  )
})
