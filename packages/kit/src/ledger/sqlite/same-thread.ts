import type { Clock } from '../../core/clock.ts'
import { openBooks } from './books.ts'
import { checkpointer } from './checkpoint.ts'
import type { Clerk, Command } from './clerk.ts'
import { commandsOn } from './commands.ts'
import { openLedgerFile } from './open.ts'
import type { ProvisionOptions } from './provision.ts'
import { smallestLimitsIn } from './read.ts'
import { inOneTransaction } from './transaction.ts'
import { turnQueue } from './turn.ts'

export interface ClerkOptions {
  readonly clock: Clock
  readonly unseen: ProvisionOptions
  readonly busyTimeoutMs: number
}

/** Keep the books on this thread: the quickest, as long as no command waits for the disk. */
export function clerkHere(path: string, { clock, unseen, busyTimeoutMs }: ClerkOptions): Clerk {
  const db = openLedgerFile(path, { durability: 'normal', busyTimeoutMs })
  const books = openBooks(db, { clock, onCommit: (rows) => checkpoints?.wrote(rows) })
  const carryOut = commandsOn(db, books, unseen)
  const { submit, hold, drain } = turnQueue<Command>((commands, tell) =>
    tell(inOneTransaction(books, commands, carryOut)),
  )
  const checkpoints = path === ':memory:' ? undefined : checkpointer(path, { hold, onFault: checkpointHere })

  function checkpointHere(): void {
    if (db.isOpen) db.exec('PRAGMA wal_autocheckpoint = 1000')
  }

  return {
    submit,
    smallestLimits: smallestLimitsIn(books.accounts, unseen, clock),
    async close() {
      if (!db.isOpen) return
      drain()
      await checkpoints?.close()
      if (db.isOpen) db.close()
    },
  }
}
