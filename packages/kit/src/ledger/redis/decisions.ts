import type { Clock } from '../../core/clock.ts'
import type { AccountId } from '../ledger.ts'
import { LATEST_MS } from './replay.ts'
import type { Sequence } from './sequence.ts'

/** Makes the books hear of a decision again, after which they know it once. */
export type Telling = () => Promise<unknown>

interface Decision {
  readonly account: AccountId
  readonly acceptedMs: number
  readonly tell: Telling
}

/** What was decided about accounts lately: their budgets, and corrections. A fail-over may have lost the newest of it. */
export interface Decisions {
  keep(account: AccountId, tell: Telling): void
  /** Those that something was decided about. */
  accounts(): readonly AccountId[]
  /** To tell the books of each account what was decided about it, in the order in which it was. */
  all(): readonly Telling[]
  isEmpty(): boolean
}

export interface DecisionsOptions {
  readonly clock: Clock
  readonly sequence: Pick<Sequence, 'seenAtMs'>
  /** How far back a fail-over may reach and be made good, ms. */
  readonly windowMs: number
}

export function decisions({ clock, sequence, windowMs }: DecisionsOptions): Decisions {
  /** Oldest first. */
  const kept: Decision[] = []

  function forgetOld(): void {
    // While the books are away the window stands still, as that of what was ended does.
    const oldestMs = Math.max(sequence.seenAtMs - windowMs, clock.now() - LATEST_MS)
    while (kept[0] && kept[0].acceptedMs < oldestMs) kept.shift()
  }

  return {
    keep(account, tell) {
      forgetOld()
      kept.push({ account, acceptedMs: clock.now(), tell })
    },
    all() {
      forgetOld()
      return [...Map.groupBy(kept, ({ account }) => account).values()].map((ofOne) => async () => {
        for (const { tell } of ofOne) await tell()
      })
    },
    accounts() {
      forgetOld()
      return [...new Set(kept.map(({ account }) => account))]
    },
    isEmpty() {
      forgetOld()
      return kept.length === 0
    },
  }
}
