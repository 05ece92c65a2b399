import { setImmediate } from 'node:timers'

/** What came of the commands of one turn. */
export type Outcome =
  /** They are committed: what each of them returned. An Error refuses its own caller, having written nothing. */
  | { readonly replies: readonly unknown[] }
  /** They are not, or nobody knows: the effect of each of them is unknown. */
  | { readonly error: unknown }

/** Carry the commands of one turn out as one transaction, and tell how it ended: now, or later. */
export type RunTurn<Command> = (commands: readonly Command[], tell: (outcome: Outcome) => void) => void

export interface TurnQueue<Command> {
  /**
   * Carry a command out at the end of this turn of the event loop, together with all others of the turn. The promise
   * settles after the commit; it is rejected when the command refused, and when the transaction failed: then the effect
   * is unknown.
   */
  submit(command: Command): Promise<unknown>
  /** Begin no turn until the answer is called; what is submitted waits. */
  hold(): () => void
  /** Begin the turns of all that is queued now, held or not. */
  drain(): void
}

interface Queued<Command> {
  readonly command: Command
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: unknown) => void
}

/** More commands than this wait for the next turn, so that a burst does not hold the event loop. */
const MAX_COMMANDS = 512

/**
 * Collects the commands of one turn of the event loop into one transaction: the cost of a commit is paid once per turn
 * and not once per request, and nobody waits longer than it takes to get back to the loop.
 */
export function turnQueue<Command>(run: RunTurn<Command>): TurnQueue<Command> {
  let queue: Queued<Command>[] = []
  let held = false

  function runWhenFree(): void {
    if (!held && queue.length > 0) runTurn()
  }

  function runTurn(): void {
    const turn = queue.length > MAX_COMMANDS ? queue.splice(0, MAX_COMMANDS) : queue
    if (turn === queue) queue = []
    else setImmediate(runWhenFree)
    run(
      turn.map(({ command }) => command),
      (outcome) => answer(turn, outcome),
    )
  }

  return {
    submit: (command) =>
      new Promise((resolve, reject) => {
        if (queue.length === 0) setImmediate(runWhenFree)
        queue.push({ command, resolve, reject })
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

function answer<Command>(turn: readonly Queued<Command>[], outcome: Outcome): void {
  for (const [at, { resolve, reject }] of turn.entries()) {
    const reply = 'error' in outcome ? outcome.error : outcome.replies[at]
    if ('error' in outcome || reply instanceof Error) reject(reply)
    else resolve(reply)
  }
}
