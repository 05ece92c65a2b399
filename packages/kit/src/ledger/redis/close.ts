import type { ReleaseResult, Settle, SettleResult } from '../ledger.ts'
import type { Books } from './books.ts'
import type { Reservation, Whereabouts } from './reservations.ts'
import { release as releaseScript } from './scripts/release.ts'
import { type SettleReply, settle as settleScript } from './scripts/settle.ts'
import { readerOf } from './standing.ts'
import { amountsText } from './text.ts'
import { keysOf, onItsPath } from './whereabouts.ts'

export async function settle(books: Books, command: Settle): Promise<SettleResult> {
  const { id, actual, basis, alertAt } = command
  const { reservations, replay, clock } = books
  const before = replay.get(id)
  const reservation = reservations.get(id) ?? before?.reservation
  const sentMs = clock.now()
  // By how long the books have said nothing of it, they can tell a record that they lost from one that has served its time.
  const ageMs = reservation ? sentMs - reservation.heardMs : 0
  const whereabouts = reservations.whereabouts(id) ?? reservation
  const reply = await sendSettle(books, { id, actual, basis, alertAt, ageMs, reservation, whereabouts })
  reservations.end(id)
  switch (reply[0]) {
    case 'conflict':
      return { status: 'conflict' }
    case 'unbooked':
    case 'too_old':
      // Told again without its reservation: nobody must book by it what may have been booked and forgotten.
      replay.keep({ id, settled: { actual, basis }, sentMs }, Number(reply[1]))
      return { status: 'unbooked' }
    default: {
      const ending = { id, settled: { actual, basis }, sentMs, ...(reservation && { reservation }) }
      // What changed nothing takes no other's place.
      if (reply[0] !== 'repeat' || !before) replay.keep(ending, Number(reply.at(-1)))
      const status = reply[0] === 'lost' ? 'settled' : reply[0]
      const told = alertAt && (await toldOf(books, reservations.whereabouts(id) ?? whereabouts, reply))
      return { status, overdraft: reply[1] === '1', ...told }
    }
  }
}

/** How budgets stand after a settle, in the ledger's own words. */
async function toldOf(books: Books, whereabouts: Whereabouts | null | undefined, reply: Booked) {
  const tightest = reply[0] === 'repeat' ? undefined : reply[2][0]
  const crossed = reply[0] === 'repeat' ? reply[2] : reply[3]
  const lines = crossed.map(([, ...standing]) => standing)
  if (!whereabouts || (!tightest && lines.length === 0)) return { crossed: [] }
  const read = await readerOf(books, whereabouts.path, tightest ? [tightest, ...lines] : lines)
  return {
    ...(tightest && { tightest: read.standing(tightest) }),
    crossed: crossed.map(([percent, ...standing]) => ({
      ...read.standing(standing),
      percent: Number(percent),
    })),
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

export interface Settling extends Omit<Settle, 'org' | 'alertAt'> {
  readonly alertAt?: readonly number[] | undefined
  readonly ageMs: number
  /** Absent: nothing is known that could be charged if the books have lost it. */
  readonly reservation: Reservation | undefined
  readonly whereabouts: Whereabouts | null | undefined
}

type Settled = Exclude<SettleReply, readonly ['layout' | 'path', ...unknown[]]>
type Booked = Extract<Settled, readonly ['settled' | 'late' | 'lost' | 'repeat', ...unknown[]]>

/** Send a settle, once more when the books know better where it was reserved. */
export async function sendSettle(books: Books, settling: Settling): Promise<Settled> {
  const { id, actual, basis, alertAt, ageMs, reservation } = settling
  const { own, clock, sequence } = books
  const lost = reservation?.grant && reservation
  const reply = await onItsPath(books, settling, (whereabouts) =>
    books.ask(
      settleScript,
      { ...keysOf(books, id, whereabouts), rollup: own.rollup(clock.now()), unbooked: own.unbooked },
      {
        now: books.now(),
        qSeen: sequence.seen,
        id,
        path: whereabouts?.pathText ?? '',
        actual: amountsText(actual),
        basis,
        age: Math.max(0, ageMs),
        ttl: lost ? lost.ttlMs : '',
        held: lost ? amountsText(lost.held) : '',
        shapes: lost?.grant?.shapes ?? '',
        lives: lost?.grant?.lives ?? '',
        windows: lost?.grant?.windows ?? '',
        label: lost?.terms.label ?? '',
        alertAt: alertAt ? alertAt.join(' ') || '-' : '',
      },
    ),
  )
  sequence.note(Number(reply.at(-1)))
  return reply
}

export interface Releasing {
  readonly id: string
  readonly whereabouts: Whereabouts | null | undefined
}

export async function sendRelease(
  books: Books,
  releasing: Releasing,
): Promise<{ readonly status: ReleaseResult['status']; readonly q: number }> {
  const { own, clock, sequence } = books
  const { id } = releasing
  const reply = await onItsPath(books, releasing, (whereabouts) =>
    books.ask(
      releaseScript,
      { ...keysOf(books, id, whereabouts), rollup: own.rollup(clock.now()) },
      { now: books.now(), qSeen: sequence.seen, id, path: whereabouts?.pathText ?? '' },
    ),
  )
  sequence.note(Number(reply[1]))
  return { status: reply[0], q: Number(reply[1]) }
}
