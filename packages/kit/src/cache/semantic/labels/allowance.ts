/** How much judging may cost, next to what answers do. Integers of nano-USD. */
export interface Allowance {
  /** An answer was bought: so much more may be spent on judging. */
  earn(costNanoUsd: number): void
  /** A judgement was bought, whether or not there was enough for it: it comes off what is earned next. */
  spend(costNanoUsd: number): void
  readonly isLeft: boolean
}

/** A hundredth of what answers cost. */
const PARTS = 100
/** What may be saved up, as a number of dearest judgements: a quiet night is no reason for an expensive morning. */
const MOST_SAVED_NANO_USD = 1_000_000_000

export function allowance(): Allowance {
  let left = 0
  let rest = 0
  return {
    earn(costNanoUsd) {
      rest += costNanoUsd
      left = Math.min(MOST_SAVED_NANO_USD, left + Math.floor(rest / PARTS))
      rest %= PARTS
    },
    spend(costNanoUsd) {
      left -= costNanoUsd
    },
    get isLeft() {
      return left > 0
    },
  }
}
