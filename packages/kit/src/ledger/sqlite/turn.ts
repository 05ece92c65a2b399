import { setImmediate } from 'node:timers'

/** What surrounds the commands of one turn: all of them are one transaction. */
export interface Transaction {
  begin(): void
  commit(): void
  /** Undo what `begin` began, and forget what may now be wrong. Must not throw. */
  abandon(): void
}

export interface TurnQueue {
  /**
   * Run a command at the end of this turn of the event loop, together with all others of the turn. The promise settles
   * after the commit: with what the command returned, or rejected when that is an Error (the command refuses its own
   * caller, having written nothing) or when the transaction failed (the effect is unknown).
   */
  submit<Reply>(command: () => Reply | Error): Promise<Reply>
  /** Begin no turn until the answer is called; what is submitted waits. */
  hold(): () => void
  /** Run what is queued now, held or not. */
  drain(): void
}

interface Queued {
  readonly command: () => unknown
  readonly resolve: (reply: never) => void
  readonly reject: (error: unknown) => void
  reply: unknown
}

/** More commands than this wait for the next turn, so that a burst does not hold the event loop. */
const MAX_COMMANDS = 512

/**
 * Collects the commands of one turn of the event loop into one transaction: the cost of a commit is paid once per turn
 * and not once per request, and nobody waits longer than it takes to get back to the loop.
 */
export function turnQueue({ begin, commit, abandon }: Transaction): TurnQueue {
  let queue: Queued[] = []
  let held = false

  function runWhenFree(): void {
    if (!held && queue.length > 0) runTurn()
  }

  function runTurn(): void {
    const turn = queue.length > MAX_COMMANDS ? queue.splice(0, MAX_COMMANDS) : queue
    if (turn === queue) queue = []
    else setImmediate(runWhenFree)
    try {
      begin()
      for (const queued of turn) queued.reply = queued.command()
      commit()
    } catch (error) {
      abandon()
      for (const { reject } of turn) reject(error)
      return
    }
    for (const { resolve, reject, reply } of turn) {
      if (reply instanceof Error) reject(reply)
      else resolve(reply as never)
    }
  }

  return {
    submit: (command) =>
      new Promise((resolve, reject) => {
        if (queue.length === 0) setImmediate(runWhenFree)
        queue.push({ command, resolve, reject, reply: undefined })
      }),
    hold() {
      held = true
      return () => {
        held = false
        setImmediate(runWhenFree)
      }
    },
    drain() {
      while (queue.length > 0) runTurn()
    },
  }
}
