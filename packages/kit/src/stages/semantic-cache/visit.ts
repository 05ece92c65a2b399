import type { IncomingMessage } from 'node:http'
import type { Lease } from '../../cache/cache-store.ts'
import type { Flight } from '../../cache/flights.ts'
import type { Recording } from '../../cache/recording.ts'
import type { SemanticCall, SemanticFinding } from '../../cache/semantic-lookup.ts'
import { slot } from '../../core/slot.ts'
import type { Plan } from './plan.ts'
import type { CacheOutcome } from './slots.ts'

/** One request at the cache, and how far it has come. */
export interface Visit {
  readonly outcome: CacheOutcome
  /** Undefined where the cache is passed by. */
  readonly plan?: Plan
  /** Of its epochs, before anybody was asked; undefined where nothing may be kept. */
  readonly stamp?: string | undefined
  /** The provider is asked, and this is what it says. */
  readonly recording?: Recording
  /** Others wait for the same. */
  readonly flight?: Flight
  readonly lease?: Lease | undefined
  /** What the second tier said before. */
  readonly looked?: { readonly asked: SemanticCall; readonly finding: SemanticFinding } | undefined
  /** What a collapsed request saves is known once whoever leads has been charged, nano-USD. */
  readonly costOfFlight?: () => number
}

/** Kept with the request until it has closed. */
export const visited = slot<{ current: Visit }>()('cache-visit', 'semantic-cache')

export const NOTHING: Omit<CacheOutcome, 'status'> = {
  reason: undefined,
  savedNanoUsd: 0,
  overheadNanoUsd: 0,
  entry: undefined,
}

/** Note how far a request has come. */
export function note(req: IncomingMessage, visit: Visit): void {
  const known = visited.peek(req)
  if (known) known.current = visit
  else visited.set(req, { current: visit })
}
