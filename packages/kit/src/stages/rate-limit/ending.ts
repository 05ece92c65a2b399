import type { Outcome } from '../../core/context.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Taken, Used } from '../../limits/limits.ts'
import type { LoopEnd } from '../../limits/repeats.ts'
import type { Toll } from '../../toll/toll.ts'

/** A provider that fails has been asked. */
const PROVIDER_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'provider_error',
  'provider_unavailable',
  'provider_timeout',
])

/** How a request ended; `cached`: without a provider. `toll` is absent where no stage reserves, and undefined where nothing was bought. */
export interface Ended {
  readonly outcome: Outcome
  readonly toll?: Toll | undefined
  readonly cached?: boolean
}

/** What a request has used of its limits: nothing when a stage refused it before anybody was asked. */
export function usedBy({ tokens }: Taken, ended: Ended): Used {
  const { outcome, toll } = ended
  if (!outcome.passedOn || isRefused(ended)) return 'nothing'
  // What it bought, nobody can say where no stage reserves.
  if (!('toll' in ended)) return { tokens }
  return { tokens: toll?.ended && toll.ended !== 'nothing' ? toll.ended.tokens : 0 }
}

/** Whether the request failed, or was answered. A refusal of our own is neither: it must not count as a loop. */
export function loopEnd(ended: Ended): LoopEnd {
  const { outcome, cached } = ended
  // What costs nothing and asks nobody may be asked as often as its rate allows.
  if (cached || outcome.end === 'aborted' || !outcome.passedOn || isRefused(ended)) return 'neither'
  return outcome.status >= 400 ? 'failed' : 'answered'
}

function isRefused({ outcome: { refusal }, toll }: Ended): boolean {
  if (!refusal || PROVIDER_FAULTS.has(refusal.code)) return false
  return !toll || toll.ended === undefined || toll.ended === 'nothing'
}
