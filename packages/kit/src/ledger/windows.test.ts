import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Window } from './ledger.ts'
import { windowAt } from './windows.ts'

const HOUR_MS = 3_600_000
const at = (iso: string): number => Date.parse(iso)

function spanOf(iso: string, window: Window, timeZone: string, anchorDay?: number): string[] {
  const { id, startMs, endMs } = windowAt(at(iso), window, timeZone, anchorDay)
  return [id, new Date(startMs).toISOString(), new Date(endMs).toISOString()]
}

describe('a window', () => {
  it('is the calendar’s own in UTC', () => {
    const now = '2028-02-29T12:34:56.789Z'
    expect(spanOf(now, 'hour', 'UTC')).toEqual([
      '2028-02-29T12',
      '2028-02-29T12:00:00.000Z',
      '2028-02-29T13:00:00.000Z',
    ])
    expect(spanOf(now, 'day', 'UTC')).toEqual([
      '2028-02-29',
      '2028-02-29T00:00:00.000Z',
      '2028-03-01T00:00:00.000Z',
    ])
    expect(spanOf(now, 'week', 'UTC')).toEqual([
      '2028-02-28',
      '2028-02-28T00:00:00.000Z',
      '2028-03-06T00:00:00.000Z',
    ])
    expect(spanOf(now, 'month', 'UTC')).toEqual([
      '2028-02-01',
      '2028-02-01T00:00:00.000Z',
      '2028-03-01T00:00:00.000Z',
    ])
    expect(windowAt(at(now), 'total', 'UTC')).toEqual({ id: 'total', startMs: -Infinity, endMs: Infinity })
  })

  it('starts its months on the anchor day', () => {
    expect(spanOf('2026-03-14T23:59:59Z', 'month', 'UTC', 15)[0]).toBe('2026-02-15')
    expect(spanOf('2026-03-15T00:00:00Z', 'month', 'UTC', 15)).toEqual([
      '2026-03-15',
      '2026-03-15T00:00:00.000Z',
      '2026-04-15T00:00:00.000Z',
    ])
    expect(spanOf('2026-01-03T00:00:00Z', 'month', 'UTC', 28)[0]).toBe('2025-12-28')
  })

  it('has 23 hours when the clock goes forward, 25 when it goes back', () => {
    expect(spanOf('2026-03-29T12:00:00Z', 'day', 'Europe/Berlin')).toEqual([
      '2026-03-29',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ])
    expect(spanOf('2026-10-25T12:00:00Z', 'day', 'Europe/Berlin')).toEqual([
      '2026-10-25',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ])
  })

  it('is one, of two hours, for the hour that is repeated in autumn, and none for the one skipped in spring', () => {
    const twice = ['2026-10-25T02', '2026-10-25T00:00:00.000Z', '2026-10-25T02:00:00.000Z']
    expect(spanOf('2026-10-25T00:30:00Z', 'hour', 'Europe/Berlin')).toEqual(twice)
    expect(spanOf('2026-10-25T01:30:00Z', 'hour', 'Europe/Berlin')).toEqual(twice)
    expect(spanOf('2026-03-29T00:59:00Z', 'hour', 'Europe/Berlin')[0]).toBe('2026-03-29T01')
    expect(spanOf('2026-03-29T01:00:00Z', 'hour', 'Europe/Berlin')[0]).toBe('2026-03-29T03')
  })

  it('follows clocks that are half an hour off, and that change by half an hour', () => {
    expect(spanOf('2026-11-18T18:29:59Z', 'day', 'Asia/Kolkata')[0]).toBe('2026-11-18')
    expect(spanOf('2026-11-18T18:30:00Z', 'hour', 'Asia/Kolkata')[0]).toBe('2026-11-19T00')
    expect(spanOf('2026-04-04T15:10:00Z', 'hour', 'Australia/Lord_Howe')).toEqual([
      '2026-04-05T01',
      '2026-04-04T14:00:00.000Z',
      '2026-04-04T15:30:00.000Z',
    ])
    expect(spanOf('2026-10-03T15:45:00Z', 'hour', 'Australia/Lord_Howe')).toEqual([
      '2026-10-04T02',
      '2026-10-03T15:30:00.000Z',
      '2026-10-03T16:00:00.000Z',
    ])
  })

  it('starts once where the clock goes back over midnight', () => {
    const day = ['2010-11-07', '2010-11-07T02:30:00.000Z', '2010-11-08T03:30:00.000Z']
    expect(spanOf('2010-11-07T02:30:30Z', 'day', 'America/St_Johns')).toEqual(day)
    expect(spanOf('2010-11-07T02:31:30Z', 'day', 'America/St_Johns')).toEqual(day)
    expect(spanOf('2024-04-07T02:59:59Z', 'day', 'America/Santiago')[0]).toBe('2024-04-06')
    expect(spanOf('2024-04-07T03:30:00Z', 'day', 'America/Santiago')[0]).toBe('2024-04-06')
    expect(spanOf('2024-04-07T04:00:00Z', 'day', 'America/Santiago')[0]).toBe('2024-04-07')
  })

  it('starts at one o’clock where midnight is skipped', () => {
    expect(spanOf('2024-09-08T12:00:00Z', 'day', 'America/Santiago')[1]).toBe('2024-09-08T04:00:00.000Z')
    expect(spanOf('2018-11-04T12:00:00Z', 'day', 'America/Sao_Paulo')[1]).toBe('2018-11-04T03:00:00.000Z')
  })

  it('leaves out a day that a zone has left out', () => {
    expect(spanOf('2011-12-30T09:59:59Z', 'day', 'Pacific/Apia')[0]).toBe('2011-12-29')
    expect(spanOf('2011-12-30T10:00:00Z', 'day', 'Pacific/Apia')[0]).toBe('2011-12-31')
  })

  it('needs a zone that there is', () => {
    expect(() => windowAt(0, 'day', 'Mars/Olympus')).toThrow(RangeError)
    expect(() => windowAt(0, 'total', 'Mars/Olympus')).toThrow(RangeError)
  })
})

/**
 * A second implementation, slow and plain: it walks minute by minute from one known moment to the next, reading the wall
 * clock as text, and notes when the label of the window has last become greater than it ever was.
 */
function walkedWindow(nowMs: number, window: Window, timeZone: string, anchorDay: number): [string, number] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  const labelAt = (ms: number) => labelOf(format.format(ms), window, anchorDay)
  const lookBack = { hour: 5, day: 52, week: 0, month: 0, total: 0 }[window] * HOUR_MS
  const minuteMs = Math.floor(nowMs / 60_000) * 60_000
  let startMs = minuteMs - lookBack
  let label = labelAt(startMs)
  for (let ms = startMs; ms <= minuteMs; ms += 60_000) {
    const here = labelAt(ms)
    if (here > label) {
      label = here
      startMs = ms
    }
  }
  return [label, startMs]
}

/** `2026-11-21 07:15` → the label of its window. */
function labelOf(wall: string, window: Window, anchorDay: number): string {
  const [date, time] = wall.split(' ') as [string, string]
  if (window === 'hour') return `${date}T${time.slice(0, 2)}`
  if (window === 'day') return date
  const [year, month, day] = date.split('-').map(Number) as [number, number, number]
  if (window === 'week') {
    const monday = new Date(`${date}T00:00:00Z`)
    while (monday.getUTCDay() !== 1) monday.setUTCDate(monday.getUTCDate() - 1)
    return monday.toISOString().slice(0, 10)
  }
  const started = day >= anchorDay ? [year, month] : month === 1 ? [year - 1, 12] : [year, month - 1]
  return `${started[0]}-${String(started[1]).padStart(2, '0')}-${String(anchorDay).padStart(2, '0')}`
}

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
]

/** Moments near changes of the clock are what goes wrong, so half of all are drawn from within a day of one. */
const moments = fc.oneof(
  fc.integer({ min: at('2012-01-01T00:00Z'), max: at('2037-01-01T00:00Z') }),
  fc
    .tuple(
      fc.constantFrom(
        '2026-03-29',
        '2026-10-25',
        '2026-03-08',
        '2026-11-01',
        '2026-04-05',
        '2026-10-04',
        '2028-02-29',
        // The end of a year, also of one that begins in the middle of a week.
        '2026-12-31',
        '2028-01-01',
        // Midnight itself is skipped in Santiago and Cairo, and comes twice; Apia leaves out a whole day.
        '2024-04-07',
        '2024-09-08',
        '2024-04-26',
        '2024-11-01',
        '2011-12-30',
        // St John's went back over midnight: a minute of the new day, and an hour of the old one again.
        '2010-11-07',
      ),
      fc.integer({ min: -30 * HOUR_MS, max: 30 * HOUR_MS }),
    )
    .map(([day, offset]) => at(`${day}T00:00Z`) + offset),
)

describe('any window', () => {
  it('is what a walk along the wall clock finds', () => {
    fc.assert(
      fc.property(
        moments,
        fc.constantFrom(...ZONES),
        fc.constantFrom('hour', 'day'),
        (nowMs, zone, window) => {
          const { id, startMs, endMs } = windowAt(nowMs, window, zone)
          expect([id, startMs]).toEqual(walkedWindow(nowMs, window, zone, 1))
          expect(walkedWindow(endMs - 1, window, zone, 1)).toEqual([id, startMs])
          expect(walkedWindow(endMs, window, zone, 1)[1]).toBe(endMs)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('has the label of the wall clock at its start, for weeks and months too', () => {
    const windows = fc.constantFrom<Window>('week', 'month')
    fc.assert(
      fc.property(
        moments,
        fc.constantFrom(...ZONES),
        windows,
        fc.integer({ min: 1, max: 28 }),
        (nowMs, zone, window, anchor) => {
          const { id, startMs, endMs } = windowAt(nowMs, window, zone, anchor)
          expect(id).toBe(walkedWindow(nowMs, window, zone, anchor)[0])
          expect(walkedWindow(startMs, window, zone, anchor)[0]).toBe(id)
          expect(walkedWindow(startMs - 60_000, window, zone, anchor)[0] < id).toBe(true)
          expect(walkedWindow(endMs, window, zone, anchor)[0] > id).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('contains its moment, and hands over to the next without a gap', () => {
    const windows = fc.constantFrom<Window>('hour', 'day', 'week', 'month')
    fc.assert(
      fc.property(moments, fc.constantFrom(...ZONES), windows, (nowMs, zone, window) => {
        const here = windowAt(nowMs, window, zone)
        const next = windowAt(here.endMs, window, zone)
        expect(here.startMs <= nowMs && nowMs < here.endMs).toBe(true)
        expect(next.startMs).toBe(here.endMs)
        expect(next.id > here.id).toBe(true)
        expect(windowAt(here.startMs, window, zone)).toEqual(here)
      }),
      { numRuns: 1000 },
    )
  })
})
