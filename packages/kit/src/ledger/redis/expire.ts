import type { ExpiredFilter, ExpiredReservation, SettleExpiredResult } from '../ledger.ts'
import { EXPIRED_MS } from '../lives.ts'
import type { Books } from './books.ts'
import { expiredRecord } from './expired-record.ts'
import { recover } from './recover.ts'
import { expire as expireScript } from './scripts/expire.ts'
import { overdue } from './scripts/overdue.ts'
import { record } from './scripts/record.ts'
import { settleExpired as settleExpiredScript } from './scripts/settle-expired.ts'
import { unconfirmed } from './scripts/unconfirmed.ts'
import { readAmounts } from './text.ts'
import { keysOf, onItsPath } from './whereabouts.ts'

/** Records that are asked for at once. */
const BITE = 100

/** Expire what is overdue in one org, the longest overdue first; then let charges stand that have waited long enough. */
export async function expireIn(books: Books, limit: number): Promise<readonly ExpiredReservation[]> {
  const { own, now } = books
  const [, ids, nowMs] = await books.ask(
    overdue,
    { deadlines: own.deadlines, meta: own.meta },
    { now: now(), limit },
  )
  const expired = await inBites(ids, (id) => expireOne(books, id))
  const given = { sinceMs: 0, untilMs: Number(nowMs) - EXPIRED_MS, offset: 0 }
  const standing = await unconfirmedIds(books, given)
  await inBites(standing, (id) => settleOne(books, id, 'reserved'))
  return expired.filter((one) => one !== undefined)
}

async function expireOne(books: Books, id: string): Promise<ExpiredReservation | undefined> {
  const { own, clock, sequence, reservations } = books
  const reply = await onItsPath(books, { id, whereabouts: reservations.whereabouts(id) }, (whereabouts) =>
    books.ask(
      expireScript,
      { ...keysOf(books, id, whereabouts), rollup: own.rollup(clock.now()) },
      { now: books.now(), qSeen: sequence.seen, id, path: whereabouts?.pathText ?? '' },
    ),
  )
  switch (reply[0]) {
    case 'epoch':
      // It is not yet known who is alive: whoever comes next will expire it.
      await recover(books)
      return undefined
    case 'expired':
      sequence.note(Number(reply[2]))
      return expiredRecord(books.org, reply[1])
    default:
      return undefined
  }
}

/** The expired reservations of one org that nobody has confirmed, oldest first. */
export async function expiredIn(
  books: Books,
  { owner, sinceMs = 0 }: ExpiredFilter,
): Promise<readonly ExpiredReservation[]> {
  const found: ExpiredReservation[] = []
  for (let offset = 0; ; offset += BITE) {
    const ids = await unconfirmedIds(books, { sinceMs, offset })
    const records = await Promise.all(ids.map((id) => recordOf(books, id)))
    found.push(...records.filter((one) => one !== undefined))
    if (ids.length < BITE) break
  }
  return owner === undefined ? found : found.filter((one) => one.owner === owner)
}

/** Settle them without their owners: an operator's decision. */
export async function settleExpiredIn(
  books: Books,
  to: 'observed' | 'zero',
  filter: ExpiredFilter,
): Promise<SettleExpiredResult> {
  const found = await expiredIn(books, filter)
  const settled = await inBites(found, ({ id }) => settleOne(books, id, to))
  const both = settled.filter((one) => one !== undefined)
  return {
    settled: both.map(({ after }) => after),
    before: both.reduce((sum, { before }) => sum + before.charged.usd, 0),
    after: both.reduce((sum, { after }) => sum + after.charged.usd, 0),
  }
}

interface Settled {
  readonly before: ExpiredReservation
  readonly after: ExpiredReservation
}

async function settleOne(
  books: Books,
  id: string,
  to: 'observed' | 'zero' | 'reserved',
): Promise<Settled | undefined> {
  const { own, clock, reservations } = books
  const reply = await onItsPath(books, { id, whereabouts: reservations.whereabouts(id) }, (whereabouts) =>
    books.ask(
      settleExpiredScript,
      { ...keysOf(books, id, whereabouts), rollup: own.rollup(clock.now()) },
      { now: books.now(), id, path: whereabouts?.pathText ?? '', to },
    ),
  )
  if (reply[0] === 'gone') return undefined
  const before = expiredRecord(books.org, reply[2])
  return { before, after: { ...before, charged: readAmounts(reply[1]) } }
}

interface Range {
  readonly sinceMs: number
  readonly untilMs?: number
  readonly offset: number
}

async function unconfirmedIds(books: Books, { sinceMs, untilMs, offset }: Range): Promise<readonly string[]> {
  const keys = { unconfirmed: books.own.unconfirmed, meta: books.own.meta }
  const [, ids] = await books.ask(unconfirmed, keys, {
    since: sinceMs,
    until: untilMs ?? '',
    offset,
    limit: BITE,
  })
  return ids
}

/** Undefined when somebody has settled it meanwhile. */
async function recordOf(books: Books, id: string): Promise<ExpiredReservation | undefined> {
  const keys = { reservation: books.own.reservation(id), meta: books.own.meta }
  const reply = await books.ask(record, keys, { now: books.now(), id })
  return reply[0] === 'ok' && reply[1][1] === 'expired' ? expiredRecord(books.org, reply[1]) : undefined
}

/** In the order of what is given, and never so many at once that requests would have to wait behind them. */
async function inBites<T, U>(all: readonly T[], work: (one: T) => Promise<U>): Promise<U[]> {
  const done: U[] = []
  for (let at = 0; at < all.length; at += BITE) {
    done.push(...(await Promise.all(all.slice(at, at + BITE).map(work))))
  }
  return done
}
