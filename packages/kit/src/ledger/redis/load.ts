import { kindOf } from '../account-id.ts'
import type { AccountId } from '../ledger.ts'
import { keepingRaises } from '../raise.ts'
import type { SeenAccount } from './account-cache.ts'
import type { Books } from './books.ts'
import { meet } from './meet.ts'
import { provisionAs } from './provision.ts'
import { budgetsOf, sameBudgets } from './rules.ts'
import { read } from './scripts/read.ts'
import type * as script from './scripts/script.ts'

/** Accounts that one call of `read` takes. */
export const ACCOUNTS_PER_READ = 100

/** See to it that the cache knows these accounts; undefined when it does. */
export function loadAccounts(books: Books, ids: readonly AccountId[]): Promise<unknown> | undefined {
  const missing = ids.filter((id) => books.accounts.get(id) === undefined)
  if (missing.length === 0 && books.toldSince !== undefined) return undefined
  const { loading } = books
  const fresh = missing.filter((id) => !loading.has(id))
  for (let at = 0; at < fresh.length; at += ACCOUNTS_PER_READ) {
    const some = fresh.slice(at, at + ACCOUNTS_PER_READ)
    const loaded = lookAt(books, some).finally(() => {
      for (const id of some) loading.delete(id)
    })
    for (const id of some) loading.set(id, loaded)
  }
  return Promise.all([meet(books), ...missing.map((id) => loading.get(id))])
}

/** Look at accounts, whatever the cache says of them. */
export async function lookAt(books: Books, ids: readonly AccountId[]): Promise<void> {
  const { own, now } = books
  const keys = { meta: own.meta, accounts: ids.map(own.account) }
  const reply = await books.ask(read, keys, {
    now: now(),
    accounts: ids.map(() => ({ v: '', shape: '' })),
    windows: [],
  })
  if (reply[0] !== 'ok') throw new Error('accounts were read without windows, and there was one missing')
  const seen = reply[1].map((state, at) => {
    const [, ...account] = state as Extract<script.State, readonly ['stale', ...unknown[]]>
    return books.accounts.note(ids[at]!, account)
  })
  await Promise.all(seen.map((account) => account && bringInLine(books, account)))
}

/** The same of as many as there are. */
export async function lookAtAll(books: Books, ids: readonly AccountId[]): Promise<void> {
  for (let at = 0; at < ids.length; at += ACCOUNTS_PER_READ) {
    await lookAt(books, ids.slice(at, at + ACCOUNTS_PER_READ))
  }
}

/**
 * Note what a script says of accounts that are not as they were described to it, and bring them in line where they are to
 * follow the defaults: so the next attempt is about them as they are.
 */
export async function noteStale(
  books: Books,
  path: readonly AccountId[],
  stale: readonly script.Account[],
): Promise<void> {
  const seen = stale.map((account) => books.accounts.note(path[Number(account[0]) - 1]!, account))
  await Promise.all(seen.map((account) => account && bringInLine(books, account)))
}

/**
 * Give an account that nobody provisioned its kind's defaults as they are now. Of processes with different defaults, the
 * one with the higher revision wins; of equals, as in every rolling deploy, the one that looked last.
 */
async function bringInLine(books: Books, account: SeenAccount): Promise<void> {
  const { revision, defaults } = books
  const theirs = Number(account.revision)
  if (revision === 0 || !account.auto || theirs > revision) return
  const had = budgetsOf(account)
  const budgets = keepingRaises(defaults.get(kindOf(account.id))?.budgets ?? had, had)
  if (theirs === revision && sameBudgets(account, budgets)) return
  await provisionAs(books, account.id, { budgets, auto: true })
}
