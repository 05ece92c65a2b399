import { accountBook } from './accounts.ts'
import type { Clerk, Command } from './clerk.ts'
import { counterBook } from './counters.ts'
import { ledgerThread } from './ledger-thread.ts'
import { openLedgerFile } from './open.ts'
import { smallestLimitsIn } from './read.ts'
import type { ClerkOptions } from './same-thread.ts'
import { type Outcome, turnQueue } from './turn.ts'

/**
 * Keep the books on a thread of their own, so that it is the thread that waits for the disk, and never the event loop.
 * While one turn is being carried out the next ones gather into one, so that a slow disk makes transactions larger and
 * not the queue longer.
 *
 * What must be answered at once is looked up in the same file from here: a writer never makes a reader wait.
 */
export function clerkOnThread(path: string, { clock, unseen, busyTimeoutMs }: ClerkOptions): Clerk {
  const db = openLedgerFile(path, { durability: 'normal', busyTimeoutMs })
  db.exec('PRAGMA query_only = ON')
  const accounts = accountBook(db, counterBook(db))
  let seen = 0
  const thread = ledgerThread({ path, unseen, busyTimeoutMs })
  const { submit, hold, drain } = turnQueue<Command>((commands, tell) => {
    const proceed = hold()
    sendTurn(commands, (outcome) => {
      tell(outcome)
      proceed()
    })
  })

  function sendTurn(commands: readonly Command[], tell: (outcome: Outcome) => void): void {
    try {
      thread.send({ nowMs: clock.now(), commands }, ({ outcome, generation }) => {
        if (generation !== seen) accounts.forget()
        seen = generation
        tell(outcome)
      })
    } catch {
      // Somebody has put into a command what cannot be sent, a function for instance: that is nobody else's fault.
      const faults = commands.map(faultOf)
      const sendable = commands.filter((_, at) => !faults[at])
      sendTurn(sendable, (outcome) => tell(withFaults(outcome, faults)))
    }
  }

  return {
    submit,
    smallestLimits: smallestLimitsIn(accounts, unseen, clock),
    async close() {
      drain()
      await thread.close()
      if (db.isOpen) db.close()
    },
  }
}

function faultOf(command: Command): unknown {
  try {
    structuredClone(command)
    return undefined
  } catch (error) {
    return error
  }
}

/** Put each fault into the place of the command that was not sent. */
function withFaults(outcome: Outcome, faults: readonly unknown[]): Outcome {
  if ('error' in outcome) return outcome
  const replies = outcome.replies.values()
  return { replies: faults.map((fault) => fault ?? replies.next().value) }
}
