import type { Clock } from '../core/clock.ts'
import { type Bucket, drained, EMPTY, emptyInMs, poured, roomIn, UNITS, waitMs } from './bucket.ts'
import { nameOf, type Scope } from './rates.ts'
import {
  LATE_MS,
  LEASE_MS,
  SLOT_WAIT_MS,
  type SlotAnswer,
  type SlotRequest,
  type SlotState,
  type Slots,
  TRIPS_KEPT_MS,
} from './slots.ts'

/** What is known of one subject. */
interface Kept {
  bucket: Bucket
  /** Of the bucket, as it was last limited. */
  tpm: number
  /** What runs: id → until when, ms since the epoch. */
  readonly running: Map<string, number>
}

interface Breaker {
  readonly untilMs: number
  readonly trips: number
  readonly why: string
}

/** Subjects below which nobody is looked for who has gone. */
const FEW = 10_000

/** Tokens, slots and breakers of one process. */
export function memorySlots(clock: Clock): Slots {
  const kept = new Map<string, Kept>()
  const breakers = new Map<string, Breaker>()
  let tidyAt = FEW

  function keptOf(org: string, { subject }: Pick<Scope, 'subject'>): Kept {
    const name = nameOf(org, subject)
    const known = kept.get(name)
    if (known) return known
    const made: Kept = { bucket: EMPTY, tpm: 1, running: new Map() }
    kept.set(name, made)
    return made
  }

  function take(request: SlotRequest, dry: boolean): SlotAnswer {
    const nowMs = clock.now()
    const breaker = breakers.get(nameOf(request.org, request.caller))
    if (breaker && breaker.untilMs > nowMs) {
      return { status: 'shut', waitMs: breaker.untilMs - nowMs, why: breaker.why }
    }
    const asked = request.scopes.map((scope) => ask(keptOf(request.org, scope), scope, request, nowMs))
    const longest = asked.reduce((worst, one, at) => (one.waitMs > asked[worst]!.waitMs ? at : worst), 0)
    const { waitMs = 0, metric } = asked[longest] ?? {}
    const taken = waitMs === 0 && !dry
    if (taken) for (const one of asked) pour(one, request, nowMs)
    else if (!dry) for (const one of asked) keepClock(one, nowMs)
    const states = asked.map((one) => stateOf(one, taken))
    if (waitMs === 0) return { status: 'taken', states }
    return { status: 'limited', place: longest, metric: metric!, waitMs, states }
  }

  /** What has run out, and nobody runs in, is as if it had never been. */
  function tidy(): void {
    if (kept.size + breakers.size < tidyAt) return
    const nowMs = clock.now()
    for (const [name, { bucket, tpm, running }] of kept) {
      forgetLate(running, nowMs)
      if (running.size === 0 && drained(bucket, tpm, nowMs).used === 0) kept.delete(name)
    }
    for (const [name, { untilMs }] of breakers) {
      if (untilMs + TRIPS_KEPT_MS <= nowMs) breakers.delete(name)
    }
    tidyAt = Math.max(FEW, 2 * (kept.size + breakers.size))
  }

  return {
    async take(request, dry) {
      tidy()
      return take(request, dry)
    },

    async give({ org, id, scopes, tokens }, usedTokens) {
      for (const scope of scopes) {
        const known = keptOf(org, scope)
        if (!known.running.delete(id) || scope.tpm === undefined) continue
        const more = usedTokens - Math.min(tokens, scope.tpm)
        known.bucket = poured(drained(known.bucket, scope.tpm, clock.now()), more)
      }
    },

    async hold(org, requests) {
      const untilMs = clock.now() + LEASE_MS
      for (const { id, subjects } of requests) {
        for (const subject of subjects) {
          const { running } = keptOf(org, { subject })
          if (running.has(id)) running.set(id, Math.max(running.get(id)!, untilMs))
        }
      }
    },

    async shut(org, caller, { firstMs, longestMs, why }) {
      const nowMs = clock.now()
      const name = nameOf(org, caller)
      const before = breakers.get(name)
      if (before && before.untilMs > nowMs) {
        return { forMs: before.untilMs - nowMs, trips: before.trips, repeat: true }
      }
      const quiet = !before || before.untilMs + TRIPS_KEPT_MS <= nowMs
      const trips = Math.min(quiet ? 0 : before.trips, 40) + 1
      const forMs = Math.min(firstMs * 2 ** (trips - 1), longestMs)
      breakers.set(name, { untilMs: nowMs + forMs, trips, why })
      return { forMs, trips, repeat: false }
    },

    async close() {},
  }
}

/** One scope, as a request finds it. */
interface Asked {
  readonly kept: Kept
  readonly scope: Scope
  readonly bucket: Bucket
  readonly needTokens: number
  readonly running: number
  readonly waitMs: number
  readonly metric: 'tokens' | 'concurrency'
}

function ask(kept: Kept, scope: Scope, { tokens }: SlotRequest, nowMs: number): Asked {
  const { tpm, concurrency } = scope
  const bucket = tpm === undefined ? EMPTY : drained(kept.bucket, tpm, nowMs)
  const needTokens = tpm === undefined ? 0 : Math.min(tokens, tpm)
  const tokensMs = tpm === undefined ? 0 : waitMs(bucket, needTokens * UNITS, tpm)
  const running = runningAt(kept, nowMs)
  const full = concurrency !== undefined && running >= concurrency && tokensMs < SLOT_WAIT_MS
  return {
    kept,
    scope,
    bucket,
    needTokens,
    running,
    waitMs: full ? SLOT_WAIT_MS : tokensMs,
    metric: full ? 'concurrency' : 'tokens',
  }
}

function runningAt({ running }: Kept, nowMs: number): number {
  let count = 0
  for (const untilMs of running.values()) if (untilMs > nowMs) count += 1
  return count
}

function pour({ kept, scope, bucket, needTokens }: Asked, { id }: SlotRequest, nowMs: number): void {
  if (scope.tpm !== undefined) {
    kept.bucket = poured(bucket, needTokens)
    kept.tpm = scope.tpm
  }
  forgetLate(kept.running, nowMs)
  kept.running.set(id, nowMs + LEASE_MS)
}

/** A refusal leaves everything as it is, but for a clock that was set back. */
function keepClock({ kept, bucket }: Asked, nowMs: number): void {
  if (kept.bucket.atMs > nowMs) kept.bucket = bucket
}

function forgetLate(running: Map<string, number>, nowMs: number): void {
  for (const [id, untilMs] of running) if (untilMs + LATE_MS <= nowMs) running.delete(id)
}

function stateOf({ scope: { tpm }, bucket, needTokens, running }: Asked, taken: boolean): SlotState {
  const now = taken ? poured(bucket, needTokens) : bucket
  return {
    tokensLeft: tpm === undefined ? 0 : roomIn(now, tpm),
    wholeInMs: tpm === undefined ? 0 : emptyInMs(now, tpm),
    running: running + (taken ? 1 : 0),
  }
}
