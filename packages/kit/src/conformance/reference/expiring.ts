import type { ExpiredFilter, ExpiredReservation, SettleExpiredResult } from '../../ledger/ledger.ts'
import { type Books, windowNowMs } from './books.ts'
import { end } from './closing.ts'
import { amountsOf, chargeOf, isAlive, perMetric, smaller } from './entries.ts'
import type { Entry } from './records.ts'

const WEEK_MS = 7 * 86_400_000
/** Charges that are let stand in one call. */
const STAND = 100

export function expire(books: Books, limit: number): readonly ExpiredReservation[] {
  windowNowMs(books)
  const nowMs = books.clock.now()
  const due = books.entries.filter(({ dueMs, forgotten }) => !forgotten && dueMs <= nowMs).sort(byDue)
  const expired = due.filter(({ state }) => state === 'open').slice(0, limit)
  const unconfirmed = due.filter(({ state }) => state === 'expired').slice(0, STAND)
  for (const entry of expired) {
    entry.state = 'expired'
    entry.endedAtMs = nowMs
    entry.dueMs = nowMs + WEEK_MS
  }
  for (const entry of unconfirmed) end(books, entry, { actual: entry.held, basis: 'estimated' })
  for (const entry of due.filter((one) => !isAlive(one))) entry.forgotten = true
  return expired.map(recordOf)
}

const byDue = (a: Entry, b: Entry): number => a.dueMs - b.dueMs

export function listExpired(books: Books, filter: ExpiredFilter): readonly ExpiredReservation[] {
  windowNowMs(books)
  return matching(books, filter).map(recordOf)
}

export function settleExpired(
  books: Books,
  to: 'observed' | 'zero',
  filter: ExpiredFilter,
): SettleExpiredResult {
  windowNowMs(books)
  let before = 0n
  let after = 0n
  const settled = matching(books, filter).map((entry) => {
    const record = recordOf(entry)
    const { held, seen, used } = entry
    const told = to === 'observed' ? seen : used
    end(books, entry, {
      actual: perMetric((metric) => smaller(told[metric], held[metric])),
      basis: 'estimated',
    })
    before += held.usd
    after += chargeOf(entry, 'usd')
    return { ...record, charged: amountsOf(perMetric((metric) => chargeOf(entry, metric))) }
  })
  return { settled, before: Number(before), after: Number(after) }
}

function matching({ entries }: Books, { org, owner, sinceMs = 0 }: ExpiredFilter): Entry[] {
  return entries
    .filter(({ state, endedAtMs }) => state === 'expired' && endedAtMs >= sinceMs)
    .filter((entry) => org === undefined || entry.org === org)
    .filter(({ command }) => owner === undefined || command!.owner === owner)
    .sort(byDue)
}

function recordOf({ org, id, command, held, seen, reservedAtMs, endedAtMs }: Entry): ExpiredReservation {
  const { owner, path, memo } = command!
  return {
    org,
    id,
    owner,
    path,
    memo,
    reservedAtMs,
    expiredAtMs: endedAtMs,
    reserved: amountsOf(held),
    charged: amountsOf(held),
    observed: amountsOf(seen),
  }
}
