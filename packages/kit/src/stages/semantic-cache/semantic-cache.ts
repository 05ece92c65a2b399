import type { IncomingMessage } from 'node:http'
import type { CacheStore } from '../../cache/cache-store.ts'
import { keyMaker } from '../../cache/exact-key.ts'
import { flights } from '../../cache/flights.ts'
import { forgivingStore } from '../../cache/forgiving-store.ts'
import { insertAllowance } from '../../cache/insert-allowance.ts'
import type { SemanticLookup } from '../../cache/semantic-lookup.ts'
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
import { announceForward } from './headers.ts'
import { FREE_HITS, type HitPriceOptions, hitPriceOf } from './hit-price.ts'
import { lookAndGo } from './look-and-go.ts'
import { type CacheContext, planFor } from './plan.ts'
import type { CacheAsker, CachePolicy } from './policy.ts'
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
    inserts: insertAllowance(),
    flights: flights(),
    policy,
    routes,
    context,
    semantic,
    clock,
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
