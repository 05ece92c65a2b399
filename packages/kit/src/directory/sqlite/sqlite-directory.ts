import { type Clock, systemClock } from '../../core/clock.ts'
import { machineTimers, type Timers } from '../../core/timers.ts'
import type { Directory } from '../directory.ts'
import { directoryOn } from '../directory-on.ts'
import { history } from './history.ts'
import { keyShelf } from './key-shelf.ts'
import { openDirectoryFile } from './open.ts'
import { recordShelf } from './record-shelf.ts'

export interface SqliteDirectoryOptions {
  readonly clock?: Clock
  /** How long a change may wait for another process that is writing to the file, ms; it blocks the event loop. */
  readonly busyTimeoutMs?: number
  /** How often whoever watches is told of what other processes have changed, ms. */
  readonly watchEveryMs?: number
  readonly timers?: Timers
}

/**
 * The directory in an SQLite file, the ledger's own if you like. Every answer is read from the file, so that what another
 * process has changed is seen at once.
 *
 * @param path a file, made (mode 0600) when absent, or `:memory:`.
 * @throws Error when the file cannot be opened, is no database, or was written by a newer Tollgate.
 */
export function sqliteDirectory(
  path: string,
  {
    clock = systemClock,
    busyTimeoutMs = 1000,
    watchEveryMs = 200,
    timers = machineTimers,
  }: SqliteDirectoryOptions = {},
): Directory {
  const db = openDirectoryFile(path, busyTimeoutMs)
  const { add, ...told } = history(db, { timers, everyMs: watchEveryMs })
  return directoryOn(
    {
      ...keyShelf(db, add),
      ...recordShelf(db, add),
      ...told,
      close() {
        if (db.isOpen) db.close()
      },
    },
    clock,
  )
}
