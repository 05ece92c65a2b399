import { type Clock, systemClock } from '../../core/clock.ts'
import type { Books } from './books.ts'
import { openLedgerFile } from './open.ts'

/**
 * A clock that was ahead by less, in another zone's time for instance, costs no more than windows that began too early
 * and last until it has caught up. Beyond that it is books that nothing refills, and nobody would know why.
 */
const TOLERATED_MS = 86_400_000

/**
 * Why nothing may be reserved just now, if the books have seen a time that is far ahead of this machine's clock: they
 * would count in a window that has yet to come, and go on doing so until it has.
 */
export function clockFault({ nowMs, windowNowMs }: Books): Error | undefined {
  if (windowNowMs - nowMs <= TOLERATED_MS) return undefined
  const [newest, now] = [windowNowMs, nowMs].map((ms) => new Date(ms).toISOString())
  return new Error(
    `the ledger has seen ${newest}, and this machine's clock says ${now}: set the clock right; if it was wrong before and is right now, \`tollgate doctor --reset-clock\` lets the ledger follow it`,
  )
}

export interface ResetClockOptions {
  readonly clock?: Clock
  readonly busyTimeoutMs?: number
}

export interface ClockReset {
  /** The newest time that the books had seen, and the one that they go on from, ms since the epoch. */
  readonly beforeMs: number
  readonly afterMs: number
}

/**
 * Let the books follow a clock that was far ahead and has been set right: an operator's decision, since windows that were
 * charged in the meantime come again. Processes that have the file open go along.
 *
 * @throws Error when the file cannot be opened.
 */
export function resetLedgerClock(
  path: string,
  { clock = systemClock, busyTimeoutMs = 5000 }: ResetClockOptions = {},
): ClockReset {
  const db = openLedgerFile(path, { durability: 'strict', busyTimeoutMs })
  try {
    db.exec('BEGIN IMMEDIATE')
    const beforeMs = db.prepare('SELECT newest_ms FROM meta').get()!.newest_ms as number
    const afterMs = Math.min(beforeMs, clock.now())
    // The sequence grows, so that no process keeps what it remembers: the time is part of that.
    db.prepare('UPDATE meta SET newest_ms = ?, sequence = sequence + 1').run(afterMs)
    db.exec('COMMIT')
    return { beforeMs, afterMs }
  } finally {
    db.close()
  }
}
