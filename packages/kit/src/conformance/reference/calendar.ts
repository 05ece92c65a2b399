import type { Budget } from '../../ledger/ledger.ts'

/** One turn of a budget's window: what it is called, and when it ends (Infinity: never). */
export interface Turn {
  readonly label: string
  readonly endMs: number
}

/** Longer than any window of this kind has ever been. */
const HORIZON_MS: Readonly<Record<Budget['window'], number>> = {
  hour: 3 * 3_600_000,
  day: 26 * 3_600_000,
  week: 8 * 86_400_000,
  month: 32 * 86_400_000,
  total: Infinity,
}

/**
 * The turn of a window that contains a moment, by nothing but the text that a clock on the wall would show: its label is
 * the beginning of that text, and it ends where the label changes. Good for every zone whose clocks do not go back past
 * midnight.
 */
export function turnAt(nowMs: number, budget: Budget): Turn {
  if (budget.window === 'total') return { label: 'total', endMs: Infinity }
  const label = labelAt(nowMs, budget)
  let inside = nowMs
  let beyond = nowMs + HORIZON_MS[budget.window]
  while (beyond - inside > 1) {
    const middle = Math.floor((inside + beyond) / 2)
    if (labelAt(middle, budget) === label) inside = middle
    else beyond = middle
  }
  return { label, endMs: beyond }
}

function labelAt(ms: number, { window, timeZone, anchorDay = 1 }: Budget): string {
  const wall = clockOf(timeZone).format(ms)
  if (window === 'hour') return wall.slice(0, '2026-11-21 07'.length)
  const date = wall.slice(0, '2026-11-21'.length)
  if (window === 'day') return date
  const day = new Date(`${date}T00:00:00Z`)
  const isStart = () => (window === 'week' ? day.getUTCDay() === 1 : day.getUTCDate() === anchorDay)
  while (!isStart()) day.setUTCDate(day.getUTCDate() - 1)
  return day.toISOString().slice(0, '2026-11-21'.length)
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
    clocks.set(timeZone, clock)
  }
  return clock
}
