import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { machineTimers, type Timers } from '../core/timers.ts'
import { NOTHING } from './amounts.ts'
import type { Amounts, ExpiredReservation, Heartbeat, Ledger } from './ledger.ts'

export interface ReservationKeeperOptions {
  readonly ledger: Ledger
  /** Who answers for the reservations of this process; instance and boot, so that a restart is somebody else. */
  readonly owner?: string
  /** Between two heartbeats, ms; the reaper runs as often on average. */
  readonly heartbeatMs?: number
  /** How long a reservation lives without a heartbeat, ms, where `track` is not told otherwise. */
  readonly ttlMs?: number
  readonly timers?: Timers
  /** From 0 up to 1: spreads the reapers of several processes. */
  readonly random?: () => number
  /** Told of each reservation that this process expired, whoever had made it. */
  readonly onExpired?: (reservation: ExpiredReservation) => void
  /** Told when the ledger, an observer or a listener fails; the keeper goes on. */
  readonly onFault?: (error: unknown) => void
}

type Observe = () => Amounts | Promise<Amounts>

interface Tracked {
  readonly observe: Observe
  readonly ttlMs: number
}

export interface ReservationKeeper {
  readonly owner: string
  readonly ttlMs: number
  /**
   * Keep an open reservation alive, and tell the ledger with each heartbeat what it has been seen to cost so far.
   * Without a heartbeat it lives for `ttlMs`.
   */
  track(org: string, id: string, observe: Observe, ttlMs?: number): void
  /** It has been ended, or will be at once. */
  untrack(org: string, id: string): void
  /** Add a listener like the option of this name; the answer takes it away again. */
  onExpired(listener: (reservation: ExpiredReservation) => void): () => void
  /** No more heartbeats and no reaper; resolves when what is under way has ended. What is still open expires in time. */
  stop(): Promise<void>
}

/** Expired in one call, and calls in one run: a backlog is worked off in bites. */
const BITE = 100
const BITES = 100

/**
 * A process's own duty to the ledger: one heartbeat for all its open reservations of an org, and its share of expiring
 * those that nobody answers for any more. Dying is safe at any moment: what was open is charged in full by whoever is left.
 */
export function reservationKeeper({
  ledger,
  owner = `${hostname()}/${randomUUID()}`,
  heartbeatMs = 1000,
  ttlMs = 120_000,
  timers = machineTimers,
  random = Math.random,
  onExpired,
  onFault = () => {},
}: ReservationKeeperOptions): ReservationKeeper {
  /** By org, then by id. */
  const tracked = new Map<string, Map<string, Tracked>>()
  const listeners = new Set(onExpired ? [onExpired] : [])

  async function beat(): Promise<void> {
    await Promise.all([...tracked].map(([org, open]) => beatIn(org, open)))
  }

  async function beatIn(org: string, open: Map<string, Tracked>): Promise<void> {
    if (open.size === 0) return void tracked.delete(org)
    const beats = await Promise.all([...open].map(([id, { observe }]) => observed(id, observe)))
    // What was untracked meanwhile has been ended, and needs no heartbeat.
    const alive = beats.filter(({ id }) => open.has(id))
    const byTtlMs = Map.groupBy(alive, ({ id }) => open.get(id)!.ttlMs)
    await Promise.all(
      [...byTtlMs].map(async ([lifeMs, alike]) => {
        for (const id of await notOpen(org, alike, lifeMs)) open.delete(id)
      }),
    )
  }

  /** The books of one org may be out of reach while those of another answer: each fails alone. */
  async function notOpen(
    org: string,
    beats: readonly Heartbeat[],
    lifeMs: number,
  ): Promise<readonly string[]> {
    try {
      return (await ledger.heartbeat(org, beats, lifeMs)).notOpen
    } catch (error) {
      onFault(error)
      return []
    }
  }

  /** An observer that fails must not cost its reservation the life: nothing seen is never less than seen before. */
  async function observed(id: string, observe: Observe): Promise<Heartbeat> {
    try {
      return { id, observed: await observe() }
    } catch (error) {
      onFault(error)
      return { id, observed: NOTHING }
    }
  }

  async function reap(): Promise<void> {
    for (let bite = 0; bite < BITES; bite++) {
      const expired = await ledger.expire(BITE)
      for (const reservation of expired) for (const listener of listeners) tell(listener, reservation)
      if (expired.length < BITE) return
    }
  }

  function tell(listener: (reservation: ExpiredReservation) => void, reservation: ExpiredReservation): void {
    try {
      listener(reservation)
    } catch (error) {
      onFault(error)
    }
  }

  const heartbeats = repeatedly(beat, { timers, onFault, delayMs: () => heartbeatMs })
  const reaper = repeatedly(reap, { timers, onFault, delayMs: () => heartbeatMs * (0.5 + random()) })

  return {
    owner,
    ttlMs,
    track(org, id, observe, lifeMs = ttlMs) {
      const open = tracked.get(org) ?? new Map<string, Tracked>()
      tracked.set(org, open)
      open.set(id, { observe, ttlMs: lifeMs })
    },
    untrack: (org, id) => void tracked.get(org)?.delete(id),
    onExpired(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async stop() {
      await Promise.all([heartbeats.stop(), reaper.stop()])
    },
  }
}

interface Repetition {
  readonly timers: Timers
  readonly onFault: (error: unknown) => void
  readonly delayMs: () => number
}

/** Do it again and again, the next time only when the last has ended: a slow store is not asked twice at once. */
function repeatedly(
  work: () => Promise<void>,
  { timers, onFault, delayMs }: Repetition,
): { stop(): Promise<void> } {
  let stopped = false
  let running = Promise.resolve()
  let handle = timers.setTimeout(run, delayMs())

  function run(): void {
    running = work()
      .catch(onFault)
      .then(() => {
        if (!stopped) handle = timers.setTimeout(run, delayMs())
      })
  }

  return {
    stop() {
      stopped = true
      timers.clearTimeout(handle)
      return running
    },
  }
}
