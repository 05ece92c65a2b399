import { type Clock, systemClock } from '../../core/clock.ts'
import { transaction } from '../../core/transaction.ts'
import { openLedgerFile } from './open.ts'

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
export function resetSqliteClock(
  path: string,
  { clock = systemClock, busyTimeoutMs = 5000 }: ResetClockOptions = {},
): ClockReset {
  const db = openLedgerFile(path, { durability: 'strict', busyTimeoutMs })
  try {
    return transaction(db, () => {
      const beforeMs = db.prepare('SELECT newest_ms FROM meta').get()!.newest_ms as number
      const afterMs = Math.min(beforeMs, clock.now())
      // The sequence grows, so that no process keeps what it remembers: the time is part of that.
      db.prepare('UPDATE meta SET newest_ms = ?, sequence = sequence + 1').run(afterMs)
      return { beforeMs, afterMs }
    })
  } finally {
    db.close()
  }
}
