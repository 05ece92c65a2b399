import {
  type Basis,
  METRICS,
  type ReleaseResult,
  type Settle,
  type SettleResult,
} from '../../ledger/ledger.ts'
import { type Books, entryIn, type Named, windowNowMs } from './books.ts'
import { big, chargeOf, isSame, larger, NOTHING, perMetric } from './entries.ts'
import type { Big, Entry } from './records.ts'

/** A closed record answers repeats for so long at least. */
export const TOMBSTONE_MS = 600_000

export function settle(books: Books, command: Settle): SettleResult {
  windowNowMs(books)
  const entry = entryIn(books, command)
  if (!entry?.command) {
    books.unbooked.push(command)
    return { status: 'unbooked' }
  }
  const { state } = entry
  const actual = big(command.actual)
  if (state === 'settled') return correct(books, entry, { actual, basis: command.basis })
  end(books, entry, { actual, basis: command.basis })
  return { status: state === 'open' ? 'settled' : 'late', overdraft: isOverdraft(entry) }
}

interface Told {
  readonly actual: Big
  readonly basis: Basis
}

/** The exact amount replaces an estimate, and a higher estimate a lower one; nothing replaces the exact amount. */
function correct(books: Books, entry: Entry, { actual, basis }: Told): SettleResult {
  const highest = perMetric((metric) => larger(actual[metric], entry.told[metric]))
  const isNews = entry.basis === 'estimated' && (basis === 'exact' || !isSame(highest, entry.told))
  if (isNews) end(books, entry, { actual: basis === 'exact' ? actual : highest, basis })
  else if (basis === 'exact' && !isSame(actual, entry.told)) return { status: 'conflict' }
  return { status: isNews ? 'settled' : 'repeat', overdraft: isOverdraft(entry) }
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
    ...{ org, id, command: undefined, state: 'released', ttlMs: 0, dueMs: 0, reservedAtMs: 0, endedAtMs: 0 },
    ...{ counters: [], granted: NOTHING, held: NOTHING, used: NOTHING, seen: NOTHING, told: NOTHING },
    ...{ basis: 'estimated', carried: false, forgotten: false },
  }
  bury(books, entry)
  return entry
}
