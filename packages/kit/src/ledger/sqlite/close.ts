import { most, NOTHING } from '../amounts.ts'
import {
  type Amounts,
  type Basis,
  METRICS,
  type ReleaseResult,
  type Settle,
  type SettleResult,
} from '../ledger.ts'
import { TOMBSTONE_MS, tombstoneMs } from '../lives.ts'
import { isOverdraft, rebook } from './booking.ts'
import type { Books } from './books.ts'
import { crossingsOf } from './crossings.ts'
import { tightestOf } from './fit.ts'
import type { Lines } from './lines.ts'
import type { Reservation } from './reservations.ts'
import type { unbookedKeeper } from './unbooked.ts'

export interface SettleRoom {
  readonly books: Books
  readonly lines: Lines
  readonly keepUnbooked: ReturnType<typeof unbookedKeeper>
}

export function settle(room: SettleRoom, command: Settle): SettleResult {
  const { books, keepUnbooked } = room
  const { org, id, actual, basis } = command
  const reservation = books.reservations.find(org, id)
  if (!reservation || reservation.counters.length === 0) {
    keepUnbooked(command, books.nowMs)
    return { status: 'unbooked' }
  }
  const before = reservation.state
  if (before !== 'settled') {
    end(books, reservation, { actual, basis })
    const status = before === 'open' ? 'settled' : 'late'
    return { status, overdraft: isOverdraft(reservation), ...toldNow(room, reservation, command) }
  }
  const next = corrected(reservation.settled!, reservation.basis!, command)
  if (next === 'conflict') return { status: 'conflict' }
  if (!next) {
    return { status: 'repeat', overdraft: isOverdraft(reservation), ...toldBefore(reservation, command) }
  }
  end(books, reservation, { actual: next, basis })
  return { status: 'settled', overdraft: isOverdraft(reservation), ...toldNow(room, reservation, command) }
}

/** How budgets stand after it, for whoever asked; what a repeat is to be told again is kept. */
function toldNow({ books, lines }: SettleRoom, reservation: Reservation, { alertAt }: Settle): Told {
  if (!alertAt) return {}
  const { nowMs } = books
  const charged = lines.of(reservation)
  const tightest = tightestOf(charged, nowMs)
  const crossed = crossingsOf(charged, reservation, { alertAt, nowMs })
  if (crossed.length > 0) books.reservations.tell(reservation, crossed)
  return { ...(tightest && { tightest }), crossed }
}

const toldBefore = ({ told }: Reservation, { alertAt }: Settle): Told =>
  alertAt ? { crossed: told === null ? [] : JSON.parse(told) } : {}

type Told = Pick<Extract<SettleResult, { readonly overdraft: boolean }>, 'tightest' | 'crossed'>

/** What a settled reservation is now said to have cost; undefined when that is nothing new. */
function corrected(settledAt: Amounts, basis: Basis, next: Settle): Amounts | 'conflict' | undefined {
  const same = METRICS.every((metric) => next.actual[metric] === settledAt[metric])
  if (basis === 'exact') return next.basis === 'exact' && !same ? 'conflict' : undefined
  if (next.basis === 'exact') return next.actual
  const higher = METRICS.some((metric) => next.actual[metric] > settledAt[metric])
  return higher ? most(settledAt, next.actual) : undefined
}

/** Settle a reservation, whatever state it is in, at what it is said to have cost. */
export function end(
  books: Books,
  reservation: Reservation,
  { actual, basis }: { readonly actual: Amounts; readonly basis: Basis },
): void {
  rebook(reservation, books.counters, () => {
    reservation.state = 'settled'
    reservation.settled = { usd: actual.usd, tokens: actual.tokens, requests: actual.requests }
    reservation.basis = basis
  })
  bury(books, reservation)
}

export function release(books: Books, org: string, id: string): ReleaseResult {
  const reservation = books.reservations.find(org, id)
  if (!reservation) {
    books.reservations.insert(blindTombstone(org, id, books.nowMs))
    return { status: 'tombstoned' }
  }
  if (reservation.state === 'settled') return { status: 'conflict' }
  if (reservation.state === 'released') return { status: 'repeat' }
  rebook(reservation, books.counters, () => {
    reservation.state = 'released'
  })
  bury(books, reservation)
  return { status: 'released' }
}

function bury(books: Books, reservation: Reservation): void {
  reservation.endedAtMs = books.nowMs
  reservation.dueMs = books.nowMs + tombstoneMs(reservation.ttlMs)
  books.reservations.close(reservation)
}

/** Stands where a reservation might still arrive: the reserve that was released before it got here finds it ended. */
function blindTombstone(org: string, id: string, nowMs: number): Reservation {
  return {
    org,
    id,
    state: 'released',
    dueMs: nowMs + TOMBSTONE_MS,
    owner: '',
    path: '[]',
    countersText: '[]',
    counters: [],
    memo: 'null',
    asked: 'null',
    ttlMs: 0,
    reservedAtMs: nowMs,
    endedAtMs: nowMs,
    reserved: { ...NOTHING },
    consumed: { ...NOTHING },
    observed: { ...NOTHING },
    settled: null,
    basis: null,
    told: null,
  }
}
