import { type WindowSpan, windowAt } from '@tollgate/kit/ledger'

/** A calendar month: from `startMs` up to, not including, `endMs`. */
export interface Month extends Pick<WindowSpan, 'startMs' | 'endMs'> {
  /** `2026-10` */
  readonly name: string
  readonly timeZone: string
}

/** The month of this name, by the calendar of a zone; undefined when it is no name of one. */
export function monthNamed(name: string, timeZone: string): Month | undefined {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(name) ?? []
  if (year === undefined || month === undefined) return undefined
  // The middle of a month is in it in every zone.
  const { startMs, endMs } = windowAt(Date.UTC(Number(year), Number(month) - 1, 15), 'month', timeZone)
  return { name, timeZone, startMs, endMs }
}

/** The month before the one that a moment is in. */
export function lastMonth(nowMs: number, timeZone: string): Month {
  const { startMs } = windowAt(nowMs, 'month', timeZone)
  const { id } = windowAt(startMs - 1, 'month', timeZone)
  return monthNamed(id.slice(0, 7), timeZone)!
}
