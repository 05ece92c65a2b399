import {
  type Basis,
  type Crossing,
  METRICS,
  type ReleaseResult,
  type Settle,
  type SettleResult,
} from '../../ledger/ledger.ts'
import { END_OF_ARITHMETIC, limitAt, standingOf, sumOf } from './accounts.ts'
import { type Books, entryIn, type Named, windowNowMs } from './books.ts'
import { big, chargeOf, isSame, larger, NOTHING, perMetric } from './entries.ts'
import { lasting, tightestOf } from './opening.ts'
import type { Big, Counter, Entry } from './records.ts'

/** A closed record answers repeats for so long at least. */
export const TOMBSTONE_MS = 600_000

export function settle(books: Books, command: Settle): SettleResult {
  windowNowMs(books)
  const entry = entryIn(books, command)
  if (!entry?.command) {
    books.unbooked.push(command)
    return { status: 'unbooked' }
  }
  const status = book(books, entry, { actual: big(command.actual), basis: command.basis })
  if (status === 'conflict') return { status }
  const overdraft = isOverdraft(entry)
  if (!command.alertAt) return { status, overdraft }
  if (status !== 'repeat') entry.heard = crossingsOf(books, entry, command.alertAt)
  const tightest = status === 'repeat' ? undefined : tightestOf(books, entry.counters)
  const crossed = entry.heard as readonly Crossing[]
  return { status, overdraft, ...(tightest && { tightest }), crossed }
}

function book(books: Books, entry: Entry, told: Told): 'settled' | 'late' | 'repeat' | 'conflict' {
  const { state } = entry
  if (state === 'settled') return correct(books, entry, told)
  end(books, entry, told)
  return state === 'open' ? 'settled' : 'late'
}

/** The limit is reached so far with this entry's charge, and is not without it; in integers, without a quotient. */
function crossingsOf(books: Books, entry: Entry, percentages: readonly number[]): Crossing[] {
  const nowMs = books.clock.now()
  return lasting(books, entry.counters)
    .filter(isBudget)
    .flatMap((counter) => {
      const { metric } = counter.rule.budget
      const reached = sumOf(counter).spent * 100n
      const charge = chargeOf(entry, metric) * 100n
      const limit = BigInt(limitAt(counter.rule.budget, nowMs))
      return percentages
        .filter((percent) => reached >= limit * BigInt(percent) && reached - charge < limit * BigInt(percent))
        .map((percent) => ({ ...standingOf(counter, nowMs), percent }))
    })
}

const isBudget = ({ rule }: Counter): boolean => rule.budget.limit !== END_OF_ARITHMETIC

interface Told {
  readonly actual: Big
  readonly basis: Basis
}

/** The exact amount replaces an estimate, and a higher estimate a lower one; nothing replaces the exact amount. */
function correct(books: Books, entry: Entry, { actual, basis }: Told): 'settled' | 'repeat' | 'conflict' {
  const highest = perMetric((metric) => larger(actual[metric], entry.told[metric]))
  const isNews = entry.basis === 'estimated' && (basis === 'exact' || !isSame(highest, entry.told))
  if (isNews) end(books, entry, { actual: basis === 'exact' ? actual : highest, basis })
  else if (basis === 'exact' && !isSame(actual, entry.told)) return 'conflict'
  return isNews ? 'settled' : 'repeat'
}

const isOverdraft = (entry: Entry): boolean =>
  METRICS.some((metric) => chargeOf(entry, metric) > entry.held[metric])

export function end(books: Books, entry: Entry, { actual, basis }: Told): void {
  entry.state = 'settled'
  entry.told = actual
  entry.basis = basis
  bury(books, entry)
}

function bury({ clock }: Books, entry: Entry): void {
  entry.heard = []
  entry.endedAtMs = clock.now()
  entry.dueMs = entry.endedAtMs + Math.max(2 * entry.ttlMs, TOMBSTONE_MS)
}

export function release(books: Books, { org, id }: Named): ReleaseResult {
  windowNowMs(books)
  const entry = entryIn(books, { org, id })
  if (!entry) {
    books.entries.push(tombstone(books, { org, id }))
    return { status: 'tombstoned' }
  }
  if (entry.state === 'settled') return { status: 'conflict' }
  if (entry.state === 'released') return { status: 'repeat' }
  entry.state = 'released'
  bury(books, entry)
  return { status: 'released' }
}

/** A reservation that had been released before it came. */
function tombstone(books: Books, { org, id }: Named): Entry {
  const entry: Entry = {
    org,
    id,
    command: undefined,
    state: 'released',
    ttlMs: 0,
    dueMs: 0,
    reservedAtMs: 0,
    endedAtMs: 0,
    counters: [],
    granted: NOTHING,
    held: NOTHING,
    used: NOTHING,
    seen: NOTHING,
    told: NOTHING,
    basis: 'estimated',
    heard: [],
    forgotten: false,
  }
  bury(books, entry)
  return entry
}
