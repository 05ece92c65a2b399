import type { ServerResponse } from 'node:http'
import type { GrantView } from '../../access/grant-view.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { misassembled, type TollgateError } from '../../core/errors.ts'
import { requestId } from '../../core/ids.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import { fingerprint } from '../../limits/fingerprint.ts'
import type { Limits, TakeResult } from '../../limits/limits.ts'
import { nameOf } from '../../limits/rates.ts'
import { type Runaway, type RunawayOptions, runawayGuard, type Sighting } from '../../limits/runaway.ts'
import { type OutputEstimator, outputEstimator } from '../../meter/typical-output.ts'
import { chargeOn, type Toll } from '../../toll/toll.ts'
import { call, pathOf, receiveCall } from '../../wire/receive.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import { principal } from '../identify/slots.ts'
import { type CacheOutcome, cacheOutcome } from '../semantic-cache/slots.ts'
import { type Ended, loopEnd, usedBy } from './ending.ts'
import { expectedTokens } from './expected-tokens.ts'
import { limitHeaders } from './headers.ts'
import { type ExposeLimits, limitedRefusal, mayKnow, runawayRefusal } from './refusals.ts'
import { callerOf, grantedScopes, type RatesFor, scopesOf } from './scopes.ts'
import { type Pace, pace } from './slots.ts'

export interface RateLimitOptions {
  readonly limits: Limits
  /** Requests and tokens a minute, and requests at a time, by kind of account or by a function. */
  readonly rates?: RatesFor
  /** What callers have been given besides, for a time: of two rates the higher one counts. */
  readonly grants?: GrantView
  /** What is done of callers that run away. */
  readonly runaway?: RunawayOptions
  /** `observe` reports what would have been refused, and lets it pass. */
  readonly mode?: 'enforce' | 'observe'
  /** What refusals and headers tell. */
  readonly exposeLimits?: ExposeLimits
  readonly clock?: Clock
}

/**
 * Let a caller go on only so fast: requests and tokens a minute and requests at a time, of its key, its user, its team and
 * its model at once; and shut it out for a while when it has run away.
 *
 * Refuses with `rate_limited` (429, with the first instant at which it would pass) and `runaway_loop` (429, which no client
 * retries). What is refused, here or by a stage behind this one, has used nothing. What a process held that dies comes free
 * within half a minute. While Redis is away each process limits by itself: fails open, at most once a process.
 *
 * @example
 * app.use('/chat', identify(who), rateLimit({ limits: memoryLimits(), rates: { user: { rpm: 20, tpm: 40_000 } } }), budgetReserve({ ledger }), usageReconcile())
 */
export const rateLimit = ({
  limits,
  rates = {},
  grants,
  runaway = {},
  mode = 'enforce',
  exposeLimits = true,
  clock = systemClock,
}: RateLimitOptions): Stage<'principal', 'pace', 'rate-limit'> => {
  const scopes = grantedScopes(scopesOf(rates), grants)
  const guard = runawayGuard(runaway, clock)
  const typical = outputEstimator()

  /** Shut out whoever has run away, and tell of it. */
  async function stop(found: Runaway): Promise<void> {
    const treatment = mode === 'enforce' ? found.treatment : 'observe'
    if (treatment === 'enforce') await limits.shut(found.org, found.caller, found.reason)
    runaway.onRunaway?.({ ...found, treatment })
  }

  return defineStage({
    name: 'rate-limit',
    needs: [principal],
    gives: [pace],
    observes: [tollSlot, cacheOutcome],
    handle: async function rateLimit(req, res) {
      // Before anything is taken: what the second would take, nobody would give back.
      if (pace.given(req)) throw misassembled('rate-limit is mounted twice on one way. Mount it once.')
      const who = principal.get(req)
      const received = call.given(req) ? call.peek(req) : await receiveCall(req)
      const sighting = guard.arrive(
        who.org,
        callerOf(who),
        received && fingerprint(pathOf(req), received.bytes),
      )
      const scopesNow = scopes(who, received?.model)
      const result = await limits.take({
        org: who.org,
        id: requestId(),
        caller: sighting.caller,
        scopes: scopesNow instanceof Promise ? await scopesNow : scopesNow,
        tokens: received ? expectedTokens(received, typical.typical(habitKey(sighting), received.model)) : 0,
      })
      const refusal = refusalOf(sighting, result, exposeLimits)
      if (refusal && mode === 'enforce') throw refusal
      const passing = paceOf(sighting, result)
      pace.set(req, passing)
      announce(res, result, passing, exposeLimits)
    },
    settle: async function rateLimit(req, _res, outcome) {
      const passing = pace.peek(req)
      if (!passing) return
      const { taken, sighting } = passing
      const cached = SERVED.has(cacheOutcome.peek(req)?.status)
      const toll = tollSlot.peek(req)
      const ended: Ended = tollSlot.given(req) ? { outcome, cached, toll } : { outcome, cached }
      learn(typical, sighting, toll)
      if (taken) await limits.give(taken, usedBy(taken, ended))
      const nanoUsd = (toll && chargeOn(toll)?.nanoUsd) ?? 0
      for (const found of guard.end(sighting, loopEnd(ended), nanoUsd)) await stop(found)
    },
  })
}

/** What the cache has answered in a provider's place. */
const SERVED: ReadonlySet<CacheOutcome['status'] | undefined> = new Set(['hit', 'semantic', 'collapsed'])

function refusalOf(
  { caller }: Sighting,
  result: TakeResult,
  exposeLimits: ExposeLimits,
): TollgateError<'rate_limited'> | TollgateError<'runaway_loop'> | undefined {
  if (result.status === 'limited') return limitedRefusal(result, exposeLimits)
  if (result.status === 'shut') return runawayRefusal(caller, result.why, result.retryAfterMs)
  return undefined
}

function paceOf(sighting: Sighting, result: TakeResult): Pace {
  if (result.status === 'limited') return { sighting, taken: undefined, wouldRefuse: 'rate_limited' }
  if (result.status === 'shut') return { sighting, taken: undefined, wouldRefuse: 'runaway_loop' }
  const { taken } = result
  return sighting.wouldRefuse ? { sighting, taken, wouldRefuse: 'runaway_loop' } : { sighting, taken }
}

/** Where the caller's limits stand, as far as it may know; and what enforcement would have said. */
function announce(
  res: ServerResponse,
  result: TakeResult,
  { wouldRefuse }: Pace,
  exposeLimits: ExposeLimits,
): void {
  const standings = result.status === 'taken' ? result.standings : []
  if (standings.length > 0) {
    const headers = limitHeaders(standings.filter((standing) => mayKnow(standing, exposeLimits)))
    for (const name in headers) res.setHeader(name, headers[name]!)
  }
  if (wouldRefuse && !res.hasHeader('x-tollgate-would-refuse'))
    res.setHeader('x-tollgate-would-refuse', wouldRefuse)
}

/** Whose answers are alike: those of one caller. */
const habitKey = ({ org, caller }: Sighting): string => nameOf(org, caller)

/** How long the answers of this caller and model are, for the next estimate. */
function learn(typical: OutputEstimator, sighting: Sighting, toll: Toll | undefined): void {
  const output = toll && chargeOn(toll)?.usage?.output
  if (output === undefined || !toll?.received) return
  const { model, choices } = toll.received
  typical.record(habitKey(sighting), model, Math.ceil(output / choices))
}
