import type { AccountId, AccountState, Standing } from '../ledger.ts'
import { limitAt } from '../limit.ts'
import type { SeenAccount } from './account-cache.ts'
import { type Books, noteTime, windowNowMs } from './books.ts'
import { calendarOf, fitOneCommand, windowOf } from './calendar.ts'
import { ACCOUNTS_PER_READ, loadAccounts, noteStale } from './load.ts'
import { readLimits } from './rules.ts'
import { read as script } from './scripts/read.ts'
import type { Account, State } from './scripts/script.ts'
import { standingOf } from './standing.ts'

/** Accounts that are not as they were seen, or in other windows: each may happen once. */
const ATTEMPTS = 4

export async function readAccounts(
  books: Books,
  ids: readonly AccountId[],
): Promise<readonly AccountState[]> {
  await loadAccounts(books, ids)
  const states: AccountState[] = []
  for (let at = 0; at < ids.length; at += ACCOUNTS_PER_READ) {
    states.push(...(await readSome(books, ids.slice(at, at + ACCOUNTS_PER_READ))))
  }
  return states
}

async function readSome(books: Books, ids: readonly AccountId[]): Promise<readonly AccountState[]> {
  const { own } = books
  const keys = { meta: own.meta, accounts: ids.map(own.account) }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const seen = ids.map((id) => books.accounts.get(id))
    const rules = seen.map((account) => account?.rules ?? [])
    if (ids.length > 1 && !fitOneCommand(rules)) return readHalves(books, ids)
    const calendar = calendarOf(rules, windowNowMs(books))
    const accounts = seen.map((account, at) => ({ v: account?.v ?? '', shape: calendar.shapes[at]! }))
    const reply = await books.ask(script, keys, { now: books.now(), accounts, windows: calendar.windows })
    if (reply[0] === 'window') {
      noteTime(books, Number(reply[1]))
      continue
    }
    const [, states, windowsText] = reply
    const stale = states.flatMap((state, at) => staleBy(state, seen[at]))
    if (stale.length > 0) {
      await noteStale(books, ids, stale)
      continue
    }
    const windows = windowsText.split(';')
    return ids.map((id, at) =>
      stateOf(books, { id, account: seen[at], shape: calendar.shapes[at]!, windows }, states[at]!),
    )
  }
  throw new Error(`the accounts of ${books.org} are changed by others all the time: they were not read`)
}

async function readHalves(books: Books, ids: readonly AccountId[]): Promise<readonly AccountState[]> {
  const half = Math.ceil(ids.length / 2)
  return [...(await readSome(books, ids.slice(0, half))), ...(await readSome(books, ids.slice(half)))]
}

/** An account that is not as it was seen; one that is as absent as it was seen to be is not stale. */
function staleBy(state: State, seen: SeenAccount | null | undefined): Account[] {
  if (state[0] === 'ok') return []
  const [, ...account] = state
  return account[1] === '' && !seen ? [] : [account]
}

interface Read {
  readonly id: AccountId
  readonly account: SeenAccount | null | undefined
  readonly shape: string
  /** `id start end`, by their place. */
  readonly windows: readonly string[]
}

function stateOf(books: Books, { id, account, shape, windows }: Read, state: State): AccountState {
  const { org } = books
  if (!account || state[0] !== 'ok')
    return { org, account: id, spent: 0, reserved: 0, unconfirmed: 0, budgets: [] }
  const [, limitsText, ...counters] = state
  const limits = readLimits(limitsText)
  books.accounts.noteLimits(id, limitsText)
  const standing = (number: number): Standing => {
    const [spent = '', reserved = '', unconfirmed = ''] = counters[number]!.split(' ')
    const ends = windowOf(shape, number, windows)?.split(' ')[2] ?? ''
    const line = {
      account: id,
      rule: account.rules[number]!,
      limit: limitAt(limits[number]!, books.clock.now()),
    }
    return standingOf(line, [spent, reserved, unconfirmed, ends])
  }
  const { spent, reserved, unconfirmed } = standing(0)
  const budgets = account.rules
    .map(({ place }, number) => ({ place, number }))
    .filter(({ place }) => place !== null)
    .sort((a, b) => a.place! - b.place!)
    .map(({ number }) => standing(number))
  return { org, account: id, spent, reserved, unconfirmed, budgets }
}
