/** How many retries there may be, as a share of the traffic: an outage is not amplified by those who suffer from it. */
export interface RetryBudget {
  /** A request has come: it earns its share of a retry. */
  earn(): void
  /** Spend one retry; false when there is none left. */
  spend(): boolean
}

export interface RetryBudgetOptions {
  /** Retries for each request, on average. */
  readonly share?: number
  /** How many may be saved up, and are there at the start: a service with little traffic can retry too. */
  readonly most?: number
}

/** https://sre.google/sre-book/handling-overload/ has the idea; Finagle's `RetryBudget` the token bucket. */
export function retryBudget({ share = 0.1, most = 20 }: RetryBudgetOptions = {}): RetryBudget {
  let saved = most
  return {
    earn() {
      saved = Math.min(most, saved + share)
    },
    spend() {
      if (saved < 1) return false
      saved -= 1
      return true
    },
  }
}
