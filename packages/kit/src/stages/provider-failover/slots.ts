import { slot } from '../../core/slot.ts'

/** One try at one deployment. */
export interface Attempt {
  readonly provider: string
  readonly model: string
  /** The provider's status; undefined when there was no answer. */
  readonly status?: number
  /**
   * `answered`: what the client got. `refused`: a status that another deployment may mend. `unreachable`: nothing was
   * sent. `timeout`, `broken`: sent, and not answered whole. `skipped`: it did not fit the budget, or this
   * deployment's dialect cannot say the request; nothing was sent. `left`: the client did not wait. `stopped`: this
   * process did not, because it is ending.
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
  readonly durationMs: number
  /** Until the provider's first byte. */
  readonly firstByteMs?: number
}

/** What was tried for a request, in order. */
export const attempts = slot<readonly Attempt[]>()('attempts', 'provider-failover')
