import type { MessagePort } from 'node:worker_threads'
import { openBooks } from './books.ts'
import type { Command } from './clerk.ts'
import { commandsOn } from './commands.ts'
import { openLedgerFile } from './open.ts'
import type { ProvisionOptions } from './provision.ts'
import { inOneTransaction } from './transaction.ts'
import type { Outcome } from './turn.ts'

/** What the thread is started with. */
export interface ServeOptions {
  readonly path: string
  readonly unseen: ProvisionOptions
  readonly busyTimeoutMs: number
}

/** The commands of a turn, and when it began. */
export interface TurnMessage {
  readonly nowMs: number
  readonly commands: readonly Command[]
}

export interface OutcomeMessage {
  readonly outcome: Outcome
  /** Differs from the last one when what is remembered of accounts may no longer be so. */
  readonly generation: number
}

/**
 * Keep the books on the thread that this is called on: a message is a turn is a transaction, and it is answered when it
 * is on the disk. Whatever waits for the disk waits here, checkpoints included.
 */
export function serve(port: MessagePort, { path, unseen, busyTimeoutMs }: ServeOptions): void {
  let nowMs = 0
  const db = openLedgerFile(path, { durability: 'strict', busyTimeoutMs })
  const books = openBooks(db, { clock: { now: () => nowMs }, onCommit: () => {} })
  const carryOut = commandsOn(db, books, unseen)

  port.on('message', (message: TurnMessage | 'close') => {
    if (message === 'close') {
      db.close()
      port.close()
      return
    }
    nowMs = message.nowMs
    const outcome = inOneTransaction(books, message.commands, carryOut)
    port.postMessage({ outcome, generation: books.generation } satisfies OutcomeMessage)
  })
}
