import type { IncomingMessage } from 'node:http'
import type { CacheEntry } from '../../cache/entry.ts'
import type { FlightEnd } from '../../cache/flights.ts'
import type { Outcome } from '../../core/context.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Desk } from './desk.ts'
import { fill } from './fill.ts'
import { cacheOutcome } from './slots.ts'
import { NOTHING, type Visit, visited } from './visit.ts'

/** When a request has closed: keep its answer, tell those who waited for it, and say what the cache did. */
export async function settle(desk: Desk, req: IncomingMessage, outcome: Outcome): Promise<void> {
  const visit = visited.peek(req)?.current
  if (!visit) return cacheOutcome.set(req, { ...NOTHING, status: 'bypass', reason: 'no_call' })
  let kept: CacheEntry | undefined
  try {
    kept = await keep(desk, req, visit)
  } finally {
    // Whoever comes from now on finds the answer in the store.
    visit.flight?.land(endOf(visit, outcome))
    await visit.lease?.release().catch(() => {})
  }
  if (visit.looked && visit.recording) desk.semantic?.answered(visit.looked.asked, visit.looked.finding, kept)
  const { costOfFlight, outcome: seen } = visit
  cacheOutcome.set(req, {
    ...seen,
    entry: seen.entry ?? kept,
    savedNanoUsd: costOfFlight?.() ?? seen.savedNanoUsd,
  })
}

async function keep(desk: Desk, req: IncomingMessage, visit: Visit): Promise<CacheEntry | undefined> {
  const { plan, stamp, recording } = visit
  if (!plan || !recording || stamp === undefined) return undefined
  return fill(req, plan, { ...desk, recording, stamp, nowMs: desk.clock.now() })
}

/** The provider's own trouble, which whoever asks the same would have too. */
const PROVIDER_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'provider_error',
  'provider_unavailable',
  'provider_timeout',
])

function endOf({ recording }: Visit, { refusal }: Outcome): FlightEnd {
  const answer = recording?.answer()
  if (answer) return { how: 'answered', answer }
  const isProviders = refusal !== undefined && PROVIDER_FAULTS.has(refusal.code)
  // What a provider said of the request itself is no refusal of ours: each asks for itself after that.
  if (isProviders || (!refusal && recording && recording.state !== 'waiting'))
    return { how: 'failed', refusal: isProviders ? refusal : undefined }
  return { how: 'gone' }
}
