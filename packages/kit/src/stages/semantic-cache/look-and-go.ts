import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CacheEntry } from '../../cache/entry.ts'
import type { Flight } from '../../cache/flights.ts'
import type { SemanticFinding } from '../../cache/semantic-lookup.ts'
import { TollgateError } from '../../core/errors.ts'
import type { Desk } from './desk.ts'
import { leaseOrEntry } from './fleet.ts'
import { announceForward } from './headers.ts'
import { leadFlight, record } from './lead.ts'
import { type Looked, lookAround } from './look-around.ts'
import type { Plan } from './plan.ts'
import { follow, serve } from './serve.ts'
import { NOTHING, note } from './visit.ts'

/** Serve what is there; else join whoever asks the same; else be the one that asks. */
export async function lookAndGo(
  desk: Desk,
  req: IncomingMessage,
  res: ServerResponse,
  plan: Plan,
): Promise<void> {
  const { noCache, onlyIfCached } = plan.controls
  const looked = await desk.store.get(plan.place)
  const found = looked === 'unreachable' || noCache ? undefined : looked.entry
  if (found && isFresh(found, plan, desk.clock.now())) {
    plan.key.remember()
    return serve(desk, req, res, plan, { status: 'hit', entry: found })
  }
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
  const overheadNanoUsd = looked?.finding.costNanoUsd ?? 0
  // Whatever becomes of the request, its look was paid for.
  note(req, { outcome: { ...NOTHING, status: 'miss', reason, overheadNanoUsd }, plan, flight })
  if (plan.controls.onlyIfCached) throw new TollgateError('not_cached')
  const { store, timers } = desk
  const { lease, entry } = await leaseOrEntry({
    store,
    place: plan.place,
    timers,
    isFresh: (entry) => isFresh(entry, plan, desk.clock.now()),
    gone: () => res.closed,
  })
  if (entry) {
    flight.land({ how: 'answered', answer: entry.answer })
    return serve(desk, req, res, plan, { status: 'hit', entry, overheadNanoUsd })
  }
  const outcome = {
    ...NOTHING,
    status: looked?.finding.found === 'audit' ? 'audit' : 'miss',
    reason: looked?.finding.found === 'miss' ? looked.finding.why : reason,
    overheadNanoUsd,
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
    status: 'semantic',
    entry,
    similarity,
    confidence,
    overheadNanoUsd: costNanoUsd,
  })
}

function isFresh({ createdAtMs }: CacheEntry, { controls }: Plan, nowMs: number): boolean {
  return nowMs - createdAtMs <= controls.maxAgeMs
}

function reasonOf(looked: object | 'unreachable'): string | undefined {
  return looked === 'unreachable' ? 'store' : undefined
}
