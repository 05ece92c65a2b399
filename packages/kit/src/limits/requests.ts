import type { RateLimiterRes } from 'rate-limiter-flexible'
import type { Clock } from '../core/clock.ts'
import type { LimiterOf } from './flexible.ts'
import type { LimitStanding, Point } from './limits.ts'
import type { Scope, Subject } from './rates.ts'

/** Requests of a minute, one scope after the other. */
export interface RequestCounter {
  /** Count a request in each scope that limits them, or in none. */
  take(org: string, scopes: readonly Scope[]): Promise<RequestsAnswer>
  /** Give requests back to the minutes that they were counted in, as far as these still last. */
  giveBack(org: string, points: readonly Point[]): Promise<void>
  read(org: string, scopes: readonly Scope[]): Promise<readonly LimitStanding[]>
}

export type RequestsAnswer =
  | {
      readonly status: 'taken'
      readonly points: readonly Point[]
      readonly standings: readonly LimitStanding[]
    }
  | { readonly status: 'limited'; readonly standing: LimitStanding }

export interface RequestCounterOptions {
  readonly limiterOf: LimiterOf
  /** What a subject is counted under. */
  readonly keyOf: (org: string, subject: Subject) => string
  /** How often the store has failed so far: what was counted elsewhere meanwhile is not given back to it. */
  readonly faults?: () => number
  readonly clock: Clock
}

/** A minute that is over so soon is left alone: what came late would be given to the next one. */
const TOO_LATE_MS = 1_000

/**
 * Count requests by rate-limiter-flexible. They are counted before it is looked how many there are, so what is refused is taken
 * back at once, and scopes are asked one after the other: a crowd that one of them keeps out would otherwise hold points of the
 * others meanwhile.
 */
export function requestCounter({
  limiterOf,
  keyOf,
  faults = () => 0,
  clock,
}: RequestCounterOptions): RequestCounter {
  async function giveBack(org: string, points: readonly Point[]): Promise<void> {
    const latestMs = clock.now() + TOO_LATE_MS
    await Promise.all(
      points
        .filter(({ endsAtMs }) => endsAtMs > latestMs)
        .map(async ({ subject }) => (await limiterOf()).reward(keyOf(org, subject), 1)),
    ).catch(() => {})
  }

  /** Scopes that have no request left, in the order of their minutes' ends. */
  async function fullest(org: string, scopes: readonly Scope[]): Promise<LimitStanding | undefined> {
    const standings = await read(org, scopes)
    return standings.filter(({ remaining }) => remaining === 0).sort((a, b) => b.resetMs - a.resetMs)[0]
  }

  async function read(org: string, scopes: readonly Scope[]): Promise<readonly LimitStanding[]> {
    return Promise.all(
      scopes.flatMap(({ subject, rpm }) => (rpm === undefined ? [] : readOne(org, { subject, rpm }))),
    )
  }

  async function readOne(
    org: string,
    { subject, rpm }: { readonly subject: Subject; readonly rpm: number },
  ): Promise<LimitStanding> {
    const limiter = await limiterOf()
    const found = await limiter.get(keyOf(org, subject)).catch(() => null)
    if (found) return standingOf(found, subject, rpm)
    return { subject, metric: 'requests', limit: rpm, remaining: rpm, resetMs: 0 }
  }

  return {
    giveBack,
    read,
    async take(org, scopes) {
      const points: Point[] = []
      const standings: LimitStanding[] = []
      for (const [at, { subject, rpm }] of scopes.entries()) {
        if (rpm === undefined) continue
        const known = limiterOf()
        const limiter = known instanceof Promise ? await known : known
        const sentAtMs = clock.now()
        const faultsBefore = faults()
        const answer = await limiter.consume(keyOf(org, subject), 1).catch(refused)
        const standing = standingOf(answer, subject, rpm)
        if (faults() === faultsBefore) points.push({ subject, rpm, endsAtMs: sentAtMs + answer.msBeforeNext })
        standings.push(standing)
        if (answer.consumedPoints <= rpm) continue
        await giveBack(org, points)
        const later = await fullest(org, scopes.slice(at + 1))
        return { status: 'limited', standing: later && later.resetMs > standing.resetMs ? later : standing }
      }
      return { status: 'taken', points, standings }
    },
  }
}

/** Beyond what the library itself lets pass it rejects, with its answer. */
function refused(answer: unknown): RateLimiterRes {
  if (answer instanceof Error) throw answer
  return answer as RateLimiterRes
}

function standingOf(
  { consumedPoints, msBeforeNext }: RateLimiterRes,
  subject: Subject,
  rpm: number,
): LimitStanding {
  return {
    subject,
    metric: 'requests',
    limit: rpm,
    remaining: Math.min(rpm, Math.max(0, rpm - consumedPoints)),
    resetMs: Math.max(0, Math.ceil(msBeforeNext)),
  }
}
