import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CacheStore } from '../../cache/cache-store.ts'
import type { CacheEntry } from '../../cache/entry.ts'
import { keyMaker } from '../../cache/exact-key.ts'
import { type Flight, flights } from '../../cache/flights.ts'
import { forgivingStore } from '../../cache/forgiving-store.ts'
import type { SemanticFinding, SemanticLookup } from '../../cache/semantic-lookup.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { TollgateError } from '../../core/errors.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import { machineTimers } from '../../core/timers.ts'
import type { Routes } from '../../wire/routes.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import { principal } from '../identify/slots.ts'
import { attempts } from '../provider-failover/slots.ts'
import { entitlement } from '../tier-check/slots.ts'
import type { Desk } from './desk.ts'
import { leaseOrEntry } from './fleet.ts'
import { announceForward } from './headers.ts'
import { FREE_HITS, type HitPriceOptions, hitPriceOf } from './hit-price.ts'
import { leadFlight, record } from './lead.ts'
import { type Looked, lookAround } from './look-around.ts'
import { type CacheContext, type Plan, planFor } from './plan.ts'
import type { CacheAsker, CachePolicy } from './policy.ts'
import { follow, serve } from './serve.ts'
import { settle } from './settle.ts'
import { cacheOutcome } from './slots.ts'
import { NOTHING, note } from './visit.ts'

export interface SemanticCacheOptions {
  /** Where answers are kept. One that fails or is slow is passed by: a miss, never an error. */
  readonly store: CacheStore
  /** Keys are digests by it: 32 bytes or more, the same in all processes that share a store. */
  readonly secret: Uint8Array
  /** What may be served, to whom and for how long; by caller, tier and call where it is a function. */
  readonly policy: CachePolicy | ((asker: CacheAsker) => CachePolicy)
  /** Where models are served: those of budget-reserve, as an answer depends on who gives it. */
  readonly routes?: Routes
  /** What this route's answers depend on besides their request, and what they are made from. */
  readonly context?: (req: IncomingMessage) => CacheContext
  /** Answers to other words that ask the same, for policies whose mode is `semantic`. */
  readonly semantic?: SemanticLookup
  /** What a hit costs its caller; nothing without it. */
  readonly hitPrice?: HitPriceOptions
  readonly clock?: Clock
}

/**
 * Answer what has been answered before, without the provider: at once, and at no cost but the price of a hit. Mounted
 * behind whoever decides who may ask (auth, tier, rate limits), and before anything is reserved. Requests that are the same
 * at the same moment are asked once, and all get the answer as it comes.
 *
 * Nothing is shared beyond the policy's scope, and nothing that differs in anything that its answer may depend on. Kept are
 * complete answers alone, once they have passed. A client's `Cache-Control` and `x-tollgate-cache-*` headers can only ask
 * for less.
 *
 * Refuses with `not_cached` (504) where the client asked `only-if-cached`; `invalid_request` for a header that says nothing;
 * `budget_exceeded` where a hit has a price that does not fit. Fails open: a store that is away is a miss. A process that
 * dies loses what it was about to keep.
 *
 * @example
 * semanticCache({ store: sqliteCache('./cache.db'), secret, policy: { mode: 'exact', ttlMs: 600_000 }, routes })
 */
export const semanticCache = ({
  store,
  secret,
  policy,
  routes,
  context = () => ({}),
  semantic,
  hitPrice,
  clock = systemClock,
}: SemanticCacheOptions): Stage<'principal', 'cacheOutcome', 'semantic-cache'> => {
  const desk: Desk = {
    keys: keyMaker(secret),
    store: forgivingStore(store),
    flights: flights(),
    ...{ policy, routes, context, semantic, clock },
    hitPrice: hitPrice ? hitPriceOf(hitPrice) : FREE_HITS,
    timers: machineTimers,
  }
  return defineStage({
    name: 'semantic-cache',
    needs: [principal],
    gives: [cacheOutcome],
    observes: [tollSlot, attempts, entitlement],
    handle: async function semanticCache(req, res) {
      const plan = await planFor(req, desk)
      if ('bypass' in plan) {
        const { bypass: reason, onlyIfCached } = plan
        note(req, { outcome: { ...NOTHING, status: 'bypass', reason } })
        if (onlyIfCached) throw new TollgateError('not_cached')
        if (reason !== 'off' && reason !== 'no_call') announceForward(res, { status: 'bypass', reason })
        return
      }
      await lookAndGo(desk, req, res, plan)
    },
    settle: (req, _res, outcome) => settle(desk, req, outcome),
  })
}

/** Serve what is there; else join whoever asks the same; else be the one that asks. */
async function lookAndGo(desk: Desk, req: IncomingMessage, res: ServerResponse, plan: Plan): Promise<void> {
  const { noCache, onlyIfCached } = plan.controls
  const looked = await desk.store.get(plan.place)
  const found = looked === 'unreachable' || noCache ? undefined : looked.entry
  if (found && isFresh(found, plan, desk.clock.now()))
    return serve(desk, req, res, plan, { status: 'hit', entry: found })
  const stamp = looked === 'unreachable' ? undefined : looked.stamp
  if (noCache) return goAlone(req, res, plan, { stamp, reason: 'no_cache' })

  const name = flightName(plan, stamp)
  let around: Looked | undefined
  for (let failures = 0, gone = 0; ; ) {
    const { flight, leads } = desk.flights.board(name)
    if (leads) return lead(desk, req, res, plan, { flight, stamp, reason: reasonOf(looked), around })
    if (onlyIfCached) throw new TollgateError('not_cached')
    const followed = await follow(desk, req, res, plan, flight)
    if (followed === 'done') return
    if (followed === 'served') {
      around ??= await lookAround(desk, plan)
      if (around?.finding.found === 'hit') return serveOther(desk, req, res, plan, around.finding)
      continue
    }
    if (followed === 'gone') {
      gone += 1
      if (gone < MOST_GONE) continue
      return goAlone(req, res, plan, { stamp, reason: undefined })
    }
    failures += 1
    if (failures < 2) continue
    // Somebody has tried again already: the provider's own trouble is everybody's.
    if (followed.refusal) throw followed.refusal
    return goAlone(req, res, plan, { stamp, reason: undefined })
  }
}

/** After so many that were refused or have left, one after the other, each of those who wait asks for itself. */
const MOST_GONE = 16

/**
 * Who may get one call's answer: those who ask the same, after the same invalidations, to whom the same models are open (it
 * is not known yet which of them answers), and who take answers as old.
 */
function flightName({ place, deployments, controls }: Plan, stamp: string | undefined): string {
  const ways = deployments.map(({ provider, model }) => JSON.stringify([provider.name, model]))
  return JSON.stringify([place.id, stamp, controls.maxAgeMs, ...new Set(ways.toSorted())])
}

interface Going {
  /** Undefined where the store is away: nothing may be kept then. */
  readonly stamp: string | undefined
  readonly reason: string | undefined
}

/** Ask the provider for oneself, and keep what it says. */
function goAlone(req: IncomingMessage, res: ServerResponse, plan: Plan, { stamp, reason }: Going): void {
  if (plan.controls.onlyIfCached) throw new TollgateError('not_cached')
  const outcome = { ...NOTHING, status: 'miss', reason } as const
  note(req, { outcome, plan, stamp, recording: record(req, res, plan) })
  announceForward(res, outcome)
}

/** Ask the provider for everybody who waits for the same, unless the second tier, or another process, has an answer. */
async function lead(
  desk: Desk,
  req: IncomingMessage,
  res: ServerResponse,
  plan: Plan,
  { flight, stamp, reason, around }: Leading,
): Promise<void> {
  note(req, { outcome: { ...NOTHING, status: 'miss', reason }, plan, flight })
  const looked = around ?? (await lookAround(desk, plan))
  if (looked?.finding.found === 'hit') {
    flight.land({ how: 'served' })
    return serveOther(desk, req, res, plan, looked.finding)
  }
  if (plan.controls.onlyIfCached) throw new TollgateError('not_cached')
  const { store, timers } = desk
  const { lease, entry } = await leaseOrEntry({
    ...{ store, place: plan.place, timers },
    isFresh: (entry) => isFresh(entry, plan, desk.clock.now()),
    gone: () => res.closed,
  })
  if (entry) {
    flight.land({ how: 'answered', answer: entry.answer })
    return serve(desk, req, res, plan, { status: 'hit', entry })
  }
  const outcome = {
    ...NOTHING,
    status: looked?.finding.found === 'audit' ? 'audit' : 'miss',
    reason: looked?.finding.found === 'miss' ? looked.finding.why : reason,
    overheadNanoUsd: looked?.finding.costNanoUsd ?? 0,
  } as const
  note(req, { outcome, plan, stamp, flight, lease, looked, recording: leadFlight(req, res, plan, flight) })
  announceForward(res, outcome)
}

interface Leading extends Going {
  readonly flight: Flight
  /** What the second tier has said already. */
  readonly around: Looked | undefined
}

/** Answer with what other words have brought. */
function serveOther(
  desk: Desk,
  req: IncomingMessage,
  res: ServerResponse,
  plan: Plan,
  { entry, similarity, confidence, costNanoUsd = 0 }: Extract<SemanticFinding, { found: 'hit' }>,
): Promise<void> {
  return serve(desk, req, res, plan, {
    ...{ status: 'semantic', entry, similarity, confidence },
    overheadNanoUsd: costNanoUsd,
  })
}

function isFresh({ createdAtMs }: CacheEntry, { controls }: Plan, nowMs: number): boolean {
  return nowMs - createdAtMs <= controls.maxAgeMs
}

function reasonOf(looked: object | 'unreachable'): string | undefined {
  return looked === 'unreachable' ? 'store' : undefined
}
