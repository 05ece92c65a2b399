import { type NanoUsd, nanoUsd } from '../core/money.ts'

/** A call that has failed, and was charged all the same: what it cost is in the books already. */
export interface PaidFailure extends Error {
  readonly costNanoUsd: NanoUsd
}

export function paidFailure(cause: unknown, costNanoUsd: NanoUsd): PaidFailure {
  const error = new Error(cause instanceof Error ? cause.message : String(cause), { cause })
  return Object.assign(error, { costNanoUsd })
}

/** What a failure has cost, nano-USD: nothing, unless it says so. */
export function costOfFailure(error: unknown): NanoUsd {
  const { costNanoUsd } = (error ?? {}) as Partial<PaidFailure>
  return costNanoUsd ?? nanoUsd(0)
}
