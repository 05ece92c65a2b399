import type { Amounts, Basis, ReleaseResult, Settle, SettleResult } from '../ledger.ts'
import type { Books } from './books.ts'
import type { Reservation, Whereabouts } from './reservations.ts'
import { release as releaseScript } from './scripts/release.ts'
import { settle as settleScript } from './scripts/settle.ts'
import { amountsText } from './text.ts'

export async function settle(books: Books, { id, actual, basis }: Settle): Promise<SettleResult> {
  const { reservations, replay, clock } = books
  const reservation = reservations.get(id)
  const sentMs = clock.now()
  // By how long the books have said nothing of it, they can tell a record that they lost from one that has served its time.
  const ageMs = reservation ? sentMs - reservation.heardMs : 0
  const reply = await sendSettle(books, {
    id,
    actual,
    basis,
    ageMs,
    reservation,
    whereabouts: reservations.whereabouts(id),
  })
  reservations.end(id)
  switch (reply.status) {
    case 'conflict':
      return { status: 'conflict' }
    case 'unbooked':
    case 'too_old':
      return { status: 'unbooked' }
    default: {
      replay.keep({ id, settled: { actual, basis }, sentMs, ...(reservation && { reservation }) }, reply.q)
      const status = reply.status === 'lost' ? 'settled' : reply.status
      return { status, overdraft: reply.overdraft }
    }
  }
}

export async function release(books: Books, id: string): Promise<ReleaseResult> {
  const { reservations, replay, clock } = books
  const sentMs = clock.now()
  const reservation = reservations.get(id)
  const reply = await sendRelease(books, { id, whereabouts: reservations.whereabouts(id) })
  reservations.end(id)
  if (reply.status !== 'conflict') replay.keep({ id, sentMs, ...(reservation && { reservation }) }, reply.q)
  return { status: reply.status }
}

export interface Settling {
  readonly id: string
  readonly actual: Amounts
  readonly basis: Basis
  readonly ageMs: number
  /** Absent: nothing is known that could be charged if the books have lost it. */
  readonly reservation: Reservation | undefined
  readonly whereabouts: Whereabouts | null | undefined
}

interface SettleReply {
  readonly status: 'settled' | 'repeat' | 'late' | 'lost' | 'conflict' | 'unbooked' | 'too_old'
  readonly overdraft: boolean
  readonly q: number
}

/** Send a settle, once more when the books know better where it was reserved. */
export async function sendSettle(books: Books, settling: Settling): Promise<SettleReply> {
  const { id, actual, basis, ageMs, reservation, whereabouts } = settling
  const { own, clock } = books
  const lost = reservation?.grant && reservation
  const reply = await books.ask(
    settleScript,
    { ...keysOf(books, id, whereabouts), rollup: own.rollup(clock.now()), unbooked: own.unbooked },
    {
      now: books.now(),
      id,
      path: whereabouts?.pathText ?? '',
      actual: amountsText(actual),
      basis,
      age: Math.max(0, ageMs),
      ttl: lost ? lost.ttlMs : '',
      held: lost ? amountsText(lost.held) : '',
      shapes: lost?.grant?.shapes ?? '',
      windows: lost?.grant?.windows ?? '',
      label: lost?.terms.label ?? '',
    },
  )
  if (reply[0] === 'path')
    return sendSettle(books, { ...settling, whereabouts: foundAt(books, id, reply[1]) })
  const q = Number(reply.at(-1))
  books.sequence.note(q)
  return { status: reply[0], overdraft: reply.length === 3 && reply[1] === '1', q }
}

export interface Releasing {
  readonly id: string
  readonly whereabouts: Whereabouts | null | undefined
}

export async function sendRelease(
  books: Books,
  { id, whereabouts }: Releasing,
): Promise<{ readonly status: ReleaseResult['status']; readonly q: number }> {
  const { own, clock } = books
  const reply = await books.ask(
    releaseScript,
    { ...keysOf(books, id, whereabouts), rollup: own.rollup(clock.now()) },
    { now: books.now(), id, path: whereabouts?.pathText ?? '' },
  )
  if (reply[0] === 'path') return sendRelease(books, { id, whereabouts: foundAt(books, id, reply[1]) })
  books.sequence.note(Number(reply[1]))
  return { status: reply[0], q: Number(reply[1]) }
}

/** The keys that every command needs which moves a reservation's money. */
export function keysOf({ own }: Books, id: string, whereabouts: Whereabouts | null | undefined) {
  return {
    reservation: own.reservation(id),
    deadlines: own.deadlines,
    unconfirmed: own.unconfirmed,
    meta: own.meta,
    accounts: whereabouts?.path.map(own.account) ?? [],
  }
}

/** The books name the path that a reservation has; what this process believed was another's, or nothing. */
export function foundAt({ reservations }: Books, id: string, pathText: string): Whereabouts {
  const found = { pathText, path: JSON.parse(pathText) }
  reservations.noteWhereabouts(id, found)
  return found
}
