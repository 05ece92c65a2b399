import type { Clock } from '../../core/clock.ts'
import type { AccountId, AccountKind, Adjust, Budget, Settle } from '../../ledger/ledger.ts'
import type { Account, Entry } from './records.ts'

export interface BooksOptions {
  readonly clock: Clock
  /** The budgets of accounts nobody has seen, by kind; a kind that is absent is never made unasked. */
  readonly defaults: ReadonlyMap<AccountKind, readonly Budget[]>
  readonly maxAuto: number
}

/** Everything there is: lists of what has happened. */
export interface Books extends BooksOptions {
  readonly accounts: Account[]
  readonly entries: Entry[]
  readonly adjusted: Adjust[]
  readonly unbooked: Settle[]
  /** The newest time that any command has seen: windows never come back. */
  newestMs: number
}

export interface Named {
  readonly org: string
  readonly id: string
}

export function emptyBooks(options: BooksOptions): Books {
  return { ...options, accounts: [], entries: [], adjusted: [], unbooked: [], newestMs: 0 }
}

/** What windows are chosen by. */
export function windowNowMs(books: Books): number {
  books.newestMs = Math.max(books.newestMs, books.clock.now())
  return books.newestMs
}

export const accountIn = (books: Books, org: string, id: AccountId): Account | undefined =>
  books.accounts.find((account) => account.org === org && account.id === id)

/** The reservation of this name, as long as it has not served its time. */
export const entryIn = ({ entries }: Books, { org, id }: Named): Entry | undefined =>
  entries.find((entry) => !entry.forgotten && entry.org === org && entry.id === id)
