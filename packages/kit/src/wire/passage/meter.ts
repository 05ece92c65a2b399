import type { NanoUsd } from '../../core/money.ts'

/** What a call costs that is no call of a model: how much to reserve for it, and where its provider says the rest. */
export interface Meter {
  /** What is paid for, as people say it: `minute`, `credit`, `request`. */
  readonly unit: string
  /** Reserved before the call goes out, and charged where its cost is not said. */
  readonly reserve: NanoUsd
  /** What a call cost, by its provider's answer (a JSON value); undefined where it does not say. Absent: `reserve`, each. */
  readonly costOf?: (answer: unknown) => NanoUsd | undefined
  /**
   * The fields and indexes that lead to all that `costOf` looks at. Of an answer that is too long to be held it is given only
   * that; without them it is given nothing, and `reserve` is charged.
   */
  readonly place?: readonly string[]
  /**
   * How many thousandths of a unit a call used, rounded up, by the answer that `costOf` is given; without `costOf`, each call.
   * For records alone; undefined where it does not say.
   */
  readonly thousandthsOf?: (answer?: unknown) => number | undefined
}

/** What a call used, by its meter. What it cost is told apart, and exactly. */
export interface UsedUnits {
  /** As people say it: `minute`, `credit`. */
  readonly unit: string
  /** Thousandths of it, rounded up. */
  readonly thousandths: number
}
