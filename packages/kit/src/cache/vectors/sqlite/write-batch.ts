import type { DatabaseSync } from 'node:sqlite'
import type { Timers } from '../../../core/timers.ts'
import { transaction } from '../../../core/transaction.ts'

export interface WriteBatchOptions {
  readonly db: DatabaseSync
  readonly timers: Timers
  /** How long writes are gathered, ms. */
  readonly gatherMs?: number
  /** How often a file is found busy before its writes are given up: half a second of ten milliseconds each. */
  readonly maxAttempts?: number
}

export interface WriteBatch {
  /** Write with the others, in order. Resolves when it is in the file. @throws when it could not be written: it is given up. */
  add(write: () => void): Promise<void>
  /** Write now what has been gathered, unless another process is writing. */
  flush(): void
}

interface Pending {
  readonly write: () => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes of some milliseconds in one transaction. A file that another process is writing to is tried again later: nobody waits
 * on the event loop for its lock.
 */
export function writeBatch({ db, timers, gatherMs = 10, maxAttempts = 50 }: WriteBatchOptions): WriteBatch {
  let pending: Pending[] = []
  let timer: unknown
  let attempts = 0

  function flush(): void {
    timers.clearTimeout(timer)
    timer = undefined
    if (pending.length === 0) return
    try {
      transact(db, pending)
    } catch (error) {
      attempts += 1
      if (attempts < maxAttempts && db.isOpen) schedule()
      else settle(({ reject }) => reject(error))
      return
    }
    settle(({ resolve }) => resolve())
  }

  function settle(each: (one: Pending) => void): void {
    const settled = pending
    pending = []
    attempts = 0
    settled.forEach(each)
  }

  function schedule(): void {
    timer ??= timers.setTimeout(flush, gatherMs)
  }

  return {
    add(write) {
      return new Promise((resolve, reject) => {
        pending.push({ write, resolve, reject })
        schedule()
      })
    },
    flush,
  }
}

/** All of them, or none. */
function transact(db: DatabaseSync, pending: readonly Pending[]): void {
  transaction(db, () => {
    for (const { write } of pending) write()
  })
}
