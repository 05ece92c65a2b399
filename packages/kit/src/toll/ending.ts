import { inputTokens } from '../wire/usage.ts'
import type { Counting } from './counting.ts'
import { senderOf, typicalKey } from './habits.ts'
import type { Reading } from './reading.ts'
import { withLost } from './settlement.ts'
import { endToll, type Toll } from './toll.ts'

/** How far a call came that nobody said the cost of. */
export interface CountedEnding {
  /** The answer came to its own end. */
  readonly whole: boolean
  readonly nowMs: number
}

/** End a toll that nobody said the cost of: at what is counted, never above what was reserved. */
export async function endCounted(toll: Toll, counting: Counting, ending: CountedEnding): Promise<void> {
  await endToll(toll, withLost(toll, await counting.charge(ending)))
}

/** What the answers of this caller and model are like, and what its texts are counted as: the next reservation goes by it. */
export function learn(toll: Toll, reading: Reading | undefined): void {
  learnInput(toll, reading)
  const output = reading?.usage?.output
  if (output === undefined || !toll.demand) return
  const { principal, booth, demand, cap } = toll
  // An answer that our own cap has cut says nothing about how long it would have been.
  if (cap !== undefined && output >= cap) return
  booth.typical.record(
    typicalKey(principal),
    demand.deployment.model,
    Math.ceil(output / demand.bounds.choices),
  )
}

/** Where a handler of the application's own answers, it may have sent less of a request than it will of the next. */
function learnInput({ sent, demand, proxied, principal, booth }: Toll, reading: Reading | undefined): void {
  const usage = reading?.usage
  if (!sent || !demand || !proxied || !usage || !reading.complete || usage.others) return
  booth.sent.note(senderOf(principal, demand.deployment), sent, inputTokens(usage))
}
