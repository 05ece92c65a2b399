import type { AccountId, AccountPage, AccountState } from '../ledger.ts'
import type { Books } from './books.ts'
import { readAccounts } from './read.ts'

/** Names that the server looks at in one step. */
const STEP = 1000
/** As many pages are gathered before all but the first of them are let go. */
const PAGES_HELD = 8

/** The accounts that the books have, or a page of them. */
export async function listAccounts(books: Books, page?: AccountPage): Promise<readonly AccountState[]> {
  if (!page) return statesOf(books, accountsAmong(await allNames(books)).toSorted())
  const found: AccountState[] = []
  // Of the names that there have ever been some may have lost their account: the page is filled from those behind them.
  for (let { after } = page; found.length < page.limit; ) {
    const limit = page.limit - found.length
    const names = await pageOfNames(books, { limit, ...(after !== undefined && { after }) })
    found.push(...(await statesOf(books, names)))
    if (names.length < limit) break
    after = names.at(-1)
  }
  return found
}

async function statesOf(books: Books, names: readonly AccountId[]): Promise<readonly AccountState[]> {
  const states = await readAccounts(books, names)
  return states.filter(({ account }) => books.accounts.get(account))
}

async function allNames(books: Books): Promise<readonly string[]> {
  return (await books.call('HKEYS', books.own.known)) as string[]
}

/** The server keeps them in no order: all are looked at, in steps that let others in between, and only a page is held. */
async function pageOfNames(books: Books, { after = '', limit }: AccountPage): Promise<readonly AccountId[]> {
  let held: readonly AccountId[] = []
  const first = () => [...new Set(held)].sort().slice(0, limit)
  for (let cursor: string | undefined; cursor !== '0'; ) {
    const reply = await books.call('HSCAN', books.own.known, cursor ?? '0', 'COUNT', STEP)
    const [next, fields] = reply as [string, string[]]
    const names = accountsAmong(fields.filter((_, at) => at % 2 === 0))
    held = [...held, ...names.filter((name) => name > after)]
    if (held.length > PAGES_HELD * limit + STEP) held = first()
    cursor = next
  }
  return first()
}

/** How many a parent has is kept beside them. */
const accountsAmong = (names: readonly string[]): readonly AccountId[] =>
  names.filter((name): name is AccountId => !name.startsWith('under '))
