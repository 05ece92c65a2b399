import type { Window } from './ledger.ts'

export const WINDOWS: readonly Window[] = ['hour', 'day', 'week', 'month', 'total']

/** One concrete window: from `startMs` up to, not including, `endMs`. */
export interface WindowSpan {
  /** The local date, for an hour also the hour, at which it starts (`2026-11-21`, `2026-11-21T07`); or `total`. */
  readonly id: string
  readonly startMs: number
  /** Infinity for `total`. */
  readonly endMs: number
}

const ALL_TIME: WindowSpan = { id: 'total', startMs: -Infinity, endMs: Infinity }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The window that each calendar was last asked for: nearly always the answer to the next question too. */
const latest = new Map<string, WindowSpan>()

/**
 * The window that contains a moment.
 *
 * A window starts at the first instant at which the zone's clock shows its start, or has jumped past it. So windows
 * follow one another without gap or overlap whatever the zone does: the hour that a clock repeats in autumn is one
 * window of two hours, and an hour or day that it skips has no window.
 *
 * @param timeZone IANA zone, for instance `Europe/Berlin`.
 * @param anchorDay day on which months start, 1 to 28.
 * @throws RangeError when there is no such zone.
 */
export function windowAt(nowMs: number, window: Window, timeZone: string, anchorDay = 1): WindowSpan {
  const calendar = `${window} ${anchorDay} ${timeZone}`
  const known = latest.get(calendar)
  if (known && known.startMs <= nowMs && nowMs < known.endMs) return known
  const clock = zoneClock(timeZone)
  if (window === 'total') return ALL_TIME
  const span = findWindow(nowMs, window, anchorDay, clock)
  latest.set(calendar, span)
  return span
}

/**
 * Wall-clock times below are written as the UTC instant with the same digits. Where a clock goes back, it may show a
 * time of a window that has already ended, hence the loop.
 */
function findWindow(nowMs: number, window: CalendarWindow, anchorDay: number, clock: ZoneClock): WindowSpan {
  let wall = floorTo(window, nowMs + clock.offsetAt(nowMs), anchorDay)
  let startMs = clock.firstInstantAt(wall)
  for (;;) {
    const next = following(window, wall)
    const endMs = clock.firstInstantAt(next)
    if (nowMs < endMs) return { id: nameOf(window, wall), startMs, endMs }
    wall = next
    startMs = endMs
  }
}

type CalendarWindow = Exclude<Window, 'total'>

function floorTo(window: CalendarWindow, wall: number, anchorDay: number): number {
  const hour = Math.floor(wall / HOUR_MS) * HOUR_MS
  const day = Math.floor(wall / DAY_MS) * DAY_MS
  const date = new Date(day)
  switch (window) {
    case 'hour':
      return hour
    case 'day':
      return day
    case 'week':
      return day - ((date.getUTCDay() + 6) % 7) * DAY_MS
    case 'month': {
      const month = date.getUTCMonth() - (date.getUTCDate() < anchorDay ? 1 : 0)
      return Date.UTC(date.getUTCFullYear(), month, anchorDay)
    }
  }
}

function following(window: CalendarWindow, wall: number): number {
  if (window === 'hour') return wall + HOUR_MS
  if (window === 'day') return wall + DAY_MS
  if (window === 'week') return wall + 7 * DAY_MS
  const date = new Date(wall)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())
}

function nameOf(window: CalendarWindow, wall: number): string {
  return new Date(wall).toISOString().slice(0, window === 'hour' ? 13 : 10)
}

interface ZoneClock {
  /** What to add to an instant for the wall-clock time. */
  offsetAt(instantMs: number): number
  /** The first instant at which the wall clock shows this time or a later one. */
  firstInstantAt(wall: number): number
}

const clocks = new Map<string, ZoneClock>()

function zoneClock(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone)
  if (known) return known
  const offsetAt = offsetsOf(timeZone)
  const clock: ZoneClock = { offsetAt, firstInstantAt: (wall) => firstInstantAt(wall, offsetAt) }
  clocks.set(timeZone, clock)
  return clock
}

function offsetsOf(timeZone: string): (instantMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instantMs) => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(instantMs)) part[type] = Number(value)
    const wall = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second)
    return wall - Math.floor(instantMs / 1000) * 1000
  }
}

/** No zone has ever been further from UTC than this. */
const FURTHEST_MS = 16 * HOUR_MS

/** Around one wall-clock time a zone changes its offset once at most: search for that moment, then look at both sides. */
function firstInstantAt(wall: number, offsetAt: (instantMs: number) => number): number {
  let early = wall - FURTHEST_MS
  let late = wall + FURTHEST_MS
  const before = offsetAt(early)
  const after = offsetAt(late)
  if (before === after) return wall - before
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (offsetAt(middle) === before) early = middle
    else late = middle
  }
  const changeMs = late
  if (wall - before < changeMs) return wall - before
  return Math.max(wall - after, changeMs)
}
