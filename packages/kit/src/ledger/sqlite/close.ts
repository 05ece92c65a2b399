import type { DatabaseSync } from 'node:sqlite'
import {
  type Amounts,
  type Basis,
  METRICS,
  type ReleaseResult,
  type Settle,
  type SettleResult,
} from '../ledger.ts'
import { isOverdraft, rebook } from './booking.ts'
import type { Books } from './books.ts'
import { crossingsOf } from './crossings.ts'
import { tightestOf } from './fit.ts'
import type { Lines } from './lines.ts'
import type { Reservation } from './reservations.ts'

/** The life of a tombstone whose reservation never came, and the least of all others. */
const TOMBSTONE_MS = 600_000

/** How long a closed record answers repeats: longer than anybody goes on retrying. */
const tombstoneMs = (ttlMs: number): number => Math.max(2 * ttlMs, TOMBSTONE_MS)

/** Where settles are kept that belong to no reservation: money may have been spent, so they are never dropped. */
export function unbookedList(db: DatabaseSync): (command: Settle, atMs: number) => void {
  const insert = db.prepare(
    `INSERT INTO unbooked (usd, tokens, requests, basis, at_ms, org, id) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET usd = excluded.usd, tokens = excluded.tokens, requests = excluded.requests,
       basis = excluded.basis WHERE basis = 'estimated'`,
  )
  return ({ org, id, actual, basis }, atMs) =>
    void insert.run(actual.usd, actual.tokens, actual.requests, basis, atMs, org, id)
}

export interface SettleRoom {
  readonly books: Books
  readonly lines: Lines
  readonly keepUnbooked: ReturnType<typeof unbookedList>
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
  const told = reservation.settled!
  const next = corrected(told, reservation.basis!, command)
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
function corrected(told: Amounts, basis: Basis, next: Settle): Amounts | 'conflict' | undefined {
  const same = METRICS.every((metric) => next.actual[metric] === told[metric])
  if (basis === 'exact') return next.basis === 'exact' && !same ? 'conflict' : undefined
  if (next.basis === 'exact') return next.actual
  const higher = METRICS.some((metric) => next.actual[metric] > told[metric])
  if (!higher) return
  const highest = METRICS.map((metric) => [metric, Math.max(told[metric], next.actual[metric])])
  return Object.fromEntries(highest) as Amounts
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
    reserved: { usd: 0, tokens: 0, requests: 0 },
    consumed: { usd: 0, tokens: 0, requests: 0 },
    observed: { usd: 0, tokens: 0, requests: 0 },
    settled: null,
    basis: null,
    told: null,
  }
}
