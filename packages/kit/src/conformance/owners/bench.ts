import type { Clock } from '../../core/clock.ts'
import type { Owners } from '../../owners/owners.ts'

/** One store, which several processes could open. */
export interface OwnersUnderTest {
  open(clock: Clock): Owners | Promise<Owners>
  /** Let time pass, where it is not the clock that was given. */
  advance(ms: number): void | Promise<void>
  remove(): void | Promise<void>
}

/** What a case is given: two handles on one empty store. */
export interface Bench {
  readonly here: Owners
  readonly there: Owners
  advance(ms: number): Promise<void>
}

export type Case = (bench: Bench) => Promise<void>

export const START_MS: number = Date.UTC(2026, 10, 21)
export const HOUR_MS = 3_600_000
