import { isDeepStrictEqual } from 'node:util'
import type { AccountState, Amounts, Ledger } from '../../ledger/ledger.ts'
import { entryIn, windowNowMs } from '../reference/books.ts'
import { NOTHING } from '../reference/entries.ts'
import type { Big } from '../reference/records.ts'
import type { ReferenceLedger } from '../reference/reference-ledger.ts'
import { canonical } from './canonical.ts'
import { type Command, give, type History, isForLedger, type LedgerCommand, type Reply } from './command.ts'
import { overspent, unsound } from './invariants.ts'
import { isPromised } from './promised.ts'

/** Two empty ledgers on one clock. */
export interface Pair {
  ledger: Ledger
  readonly reference: ReferenceLedger
  readonly clock: { nowMs: number }
  readonly reopen?: () => Promise<Ledger>
}

export interface InStepOptions {
  /** How many commands are given in one breath, before any of them is answered. */
  readonly breath: number
  /** Told of each command that was compared. */
  readonly onCompared: (command: LedgerCommand, reply: Reply) => void
}

/** Where a ledger and the reference part. */
export interface Difference {
  /** Commands of the history up to there. */
  readonly at: number
  readonly sentence: string
}

/** A command under way, and what its reservation held before it. */
interface Given {
  readonly command: LedgerCommand
  readonly replies: Promise<readonly [expected: Reply, seen: Reply]>
  readonly before: Big
}

/** So long a pause that a store may have tidied up: it is told to, so that what it has forgotten is known. */
const LONG_MS = 3_600_000

/**
 * Give a ledger and the reference the same commands. Each reply must be the same, and after each breath the whole of the
 * books as anybody may read them: every counter is then the sum of its reservations, all accounts of a path have changed
 * together or not at all, and a reservation is charged to the window in which it was admitted.
 */
export async function playInStep(
  pair: Pair,
  history: History,
  options: InStepOptions,
): Promise<Difference | undefined> {
  const breath: Given[] = []
  for (const [at, command] of history.entries()) {
    if (isForLedger(command)) {
      const before = isRaise(command) && (await difference(pair, breath.splice(0), options))
      if (before) return { at, sentence: before }
      if (isPromised(pair.reference, command)) breath.push(giveBoth(pair, command))
      if (breath.length < options.breath && !isOfAllOrgs(command) && !isRaise(command)) continue
    }
    const sentence =
      (await difference(pair, breath.splice(0), options)) ?? (await pass(pair, command, options))
    if (sentence) return { at: at + 1, sentence }
  }
  const sentence = await difference(pair, breath, options)
  return sentence ? { at: history.length, sentence } : undefined
}

/** It may take several steps in a store, between which others' commands may come. */
const isOfAllOrgs = ([method]: LedgerCommand): boolean => /^(expire|expired|settleExpired)$/.test(method)

/**
 * A store may read the account first and write it then. What is given in the same breath comes before, in between or
 * behind, as it happens: even the account itself, when it is of those that a first request makes.
 */
const isRaise = ([method]: LedgerCommand): boolean => method === 'raise'

function giveBoth({ ledger, reference }: Pair, command: LedgerCommand): Given {
  const [method, first] = command
  const isGrant = method === 'reserve' || method === 'extend'
  const before = isGrant ? entryIn(reference.books, first)?.held : undefined
  const replies = Promise.all([give(reference, command), give(ledger, command)])
  // It is awaited when the breath is over; a command that fails before then fails there.
  replies.catch(() => {})
  return { command, replies, before: before ?? NOTHING }
}

/** Time passes, or the store is opened again. */
async function pass(pair: Pair, command: Command, options: InStepOptions): Promise<string | undefined> {
  if (command[0] === 'reopen' && pair.reopen) pair.ledger = await pair.reopen()
  if (command[0] !== 'wait') return undefined
  if (command[1] < 0 && !mayStepBack(pair, command[1])) return undefined
  pair.clock.nowMs += command[1]
  if (command[1] < LONG_MS) return undefined
  return difference(pair, [giveBoth(pair, ['expire', 10_000])], options)
}

/**
 * Whether this moment has been noted in the books of every org: only a reservation makes every store do so, and time that
 * nobody has noted may come again. And books that are more than a minute ahead of the clock reserve nothing.
 */
function mayStepBack({ reference: { books }, clock }: Pair, step: number): boolean {
  const noted = books.entries.filter(({ reservedAtMs }) => reservedAtMs === clock.nowMs)
  const isNear = books.newestMs <= clock.nowMs + step + 60_000
  return isNear && books.accounts.every(({ org }) => noted.some((entry) => entry.org === org))
}

async function difference(
  pair: Pair,
  breath: readonly Given[],
  { onCompared }: InStepOptions,
): Promise<string | undefined> {
  const answered: { given: Given; seen: Reply }[] = []
  for (const given of breath) {
    const { command, replies } = given
    const [expected, seen] = await replies
    onCompared(command, seen)
    answered.push({ given, seen })
    if (isDeepStrictEqual(canonical(command, seen), canonical(command, expected))) continue
    return `${command[0]} is answered\n  ${JSON.stringify(seen)}\nand should be\n  ${JSON.stringify(expected)}`
  }
  if (breath.length === 0) return undefined
  const books = await pair.ledger.accounts()
  return (
    unlike(books, await pair.reference.accounts()) ?? unsound(books) ?? overspentBy(pair, books, answered)
  )
}

function unlike(books: readonly AccountState[], expected: readonly AccountState[]): string | undefined {
  if (isDeepStrictEqual(sorted(books), sorted(expected))) return undefined
  const [seen, meant] = [sorted(books), sorted(expected)]
  const at = seen.findIndex((state, index) => !isDeepStrictEqual(state, meant[index]))
  const [one, other] = [seen[at], meant[Math.max(at, 0)]]
  return `the books say\n  ${JSON.stringify(one)}\nand should say\n  ${JSON.stringify(other)}`
}

const sorted = (states: readonly AccountState[]): AccountState[] =>
  states.toSorted((a, b) => (`${a.org} ${a.account}` < `${b.org} ${b.account}` ? -1 : 1))

/** Only of a breath of one: after several, what one was granted another may have settled beyond. */
function overspentBy(
  { reference: { books } }: Pair,
  states: readonly AccountState[],
  answered: readonly { readonly given: Given; readonly seen: Reply }[],
): string | undefined {
  const [only, ...others] = answered
  if (!only || others.length > 0 || !('granted' in only.seen)) return undefined
  const [, command] = only.given.command as Extract<LedgerCommand, readonly ['reserve' | 'extend', unknown]>
  const granted: Amounts = only.seen.granted
  const entry = entryIn(books, command)!
  return overspent(states, { entry, before: only.given.before, granted, nowMs: windowNowMs(books) })
}
