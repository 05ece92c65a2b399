import { slot } from '../../core/slot.ts'
import type { ClosureReason } from '../../failover/closure.ts'
import type { FailureKind } from '../../failover/failure.ts'
import type { Deployment } from '../../wire/provider.ts'

/** One try at one deployment. */
export interface Attempt {
  readonly provider: string
  readonly model: string
  /** Which of the provider's keys, where it has several. */
  readonly key?: string
  /** The provider's status; undefined when there was no answer. */
  readonly status?: number
  /**
   * `answered`: what the client got. `refused`: a status that another deployment may mend, or a 2xx that is no answer.
   * `unreachable`: nothing was sent. `timeout`, `broken`: sent, and not answered whole. `skipped`: nothing was sent, for
   * the `reason`. `left`: the client did not wait. `stopped`: this process did not, because it is ending, or because the
   * budget had no more for the answer.
   */
  readonly outcome:
    | 'answered'
    | 'refused'
    | 'unreachable'
    | 'timeout'
    | 'broken'
    | 'skipped'
    | 'left'
    | 'stopped'
  /** Why it was not the answer; absent for one that was. */
  readonly reason?: AttemptReason
  /** It was known to be shut, for this reason, and asked all the same: so were all the others. */
  readonly despite?: ClosureReason
  readonly durationMs: number
  /** Until the provider's first byte. */
  readonly firstByteMs?: number
  /** What it may have cost without being the answer, nano-USD; 0 when it cost nothing. */
  readonly lostNanoUsd?: number
  /** What the answer has cost, nano-USD: once that is settled, and where somebody pays. With what was lost, the request's charge. */
  readonly chargedNanoUsd?: number
}

/**
 * How it failed; or why it was skipped: it does not fit the `budget` of the caller or that of its provider, its `dialect`
 * cannot say the request, it is `full`, or shut.
 */
export type AttemptReason = FailureKind | ClosureReason | 'budget' | 'provider_budget' | 'dialect' | 'full'

/** What was tried for a request, in order. */
export const attempts = slot<readonly Attempt[]>()('attempts', 'provider-failover')

/** Whom the client has its answer from, as soon as that begins; not given where nobody was asked. */
export const answering = slot<Deployment>()('answering', 'provider-failover')
