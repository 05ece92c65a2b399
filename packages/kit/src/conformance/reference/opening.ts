import {
  type AccountId,
  type Extend,
  type ExtendResult,
  type Heartbeat,
  type HeartbeatResult,
  METRICS,
  type NoAccountReason,
  type Reserve,
  type ReserveResult,
  type Shortfall,
  type Standing,
} from '../../ledger/ledger.ts'
import { counterAt, countingRules, newAccount, standingOf } from './accounts.ts'
import { admission, decisive } from './admission.ts'
import { kindOf } from './bookkeeping.ts'
import { accountIn, type Books, entryIn, windowNowMs } from './books.ts'
import { amountsOf, big, isAlive, larger, NOTHING, perMetric, smaller } from './entries.ts'
import type { Account, Counter, Entry } from './records.ts'

const MINUTE_MS = 60_000

export function reserve(books: Books, command: Reserve): ReserveResult {
  const nowMs = windowNowMs(books)
  if (nowMs > books.clock.now() + MINUTE_MS) throw new Error('the books are ahead of the clock')
  const known = entryIn(books, command)
  if (known) return repeated(books, known, command)
  const accounts: Account[] = []
  const added: Account[] = []
  for (const [at, id] of command.path.entries()) {
    const account = accountIn(books, command.org, id)
    const parent = command.path[at - 1] ?? ''
    const reason = account ? undefined : unwelcome(books, command.org, { id, parent })
    if (reason) return { status: 'no_account', account: id, reason }
    const unseen = account ? undefined : unseenAccount(books, command.org, { id, parent })
    if (unseen) added.push(unseen)
    accounts.push((account ?? unseen)!)
  }
  const counters = accounts.flatMap(countingRules).map((rule) => counterAt(rule, nowMs))
  const { grant, denied, would } = admission(counters, {
    min: big(command.min),
    want: big(command.want),
    proven: command.bound === 'proven',
    observe: command.observe ?? false,
    nowMs: books.clock.now(),
    isOver: () => false,
  })
  if (denied.length > 0) return { status: 'denied', shortfall: decisive(denied) }
  books.accounts.push(...added)
  const entry = opened(books, command, { counters, granted: grant })
  entry.heard = would
  books.entries.push(entry)
  for (const counter of counters) counter.entries.push(entry)
  const tightest = tightestOf(books, counters)
  return { status: 'ok', repeat: false, granted: amountsOf(grant), ...(tightest && { tightest }), would }
}

function repeated(books: Books, entry: Entry, command: Reserve): ReserveResult {
  if (entry.state !== 'open') return { status: 'finished' }
  const asked = ({ path, bound, observe = false, min, want }: Reserve) =>
    JSON.stringify([path, bound, observe, ...METRICS.map((metric) => [min[metric], want[metric]])])
  if (asked(command) !== asked(entry.command!)) return { status: 'conflict' }
  const tightest = tightestOf(books, entry.counters)
  return {
    status: 'ok',
    repeat: true,
    granted: amountsOf(entry.held),
    ...(tightest && { tightest }),
    would: entry.heard as readonly Shortfall[],
  }
}

function unwelcome(
  { defaults, accounts, maxAuto }: Books,
  org: string,
  { id, parent }: { readonly id: AccountId; readonly parent: string },
): NoAccountReason | undefined {
  if (!defaults.has(kindOf(id))) return 'unknown'
  const siblings = accounts.filter((account) => account.org === org && account.parent === parent)
  return siblings.length >= maxAuto ? 'too_many' : undefined
}

function unseenAccount(
  { defaults }: Books,
  org: string,
  { id, parent }: { readonly id: AccountId; readonly parent: string },
): Account {
  const account = newAccount(org, id, parent)
  account.rules = defaults.get(kindOf(id))!.map((budget) => ({ account: id, budget, counters: new Map() }))
  return account
}

function opened(
  { clock }: Books,
  command: Reserve,
  { counters, granted }: Pick<Entry, 'counters' | 'granted'>,
): Entry {
  const nowMs = clock.now()
  const { org, id, ttlMs } = command
  return {
    org,
    id,
    command,
    state: 'open',
    ttlMs,
    dueMs: nowMs + ttlMs,
    reservedAtMs: nowMs,
    endedAtMs: 0,
    counters,
    granted,
    held: granted,
    used: NOTHING,
    seen: NOTHING,
    told: NOTHING,
    basis: 'estimated',
    heard: [],
    forgotten: false,
  }
}

/** The hard budget in USD with the least left, of equals the first; of those whose window lasts. */
export function tightestOf(books: Books, counters: readonly Counter[]): Standing | undefined {
  const hard = lasting(books, counters)
    .filter(({ rule: { budget } }) => budget.metric === 'usd' && budget.mode === 'hard')
    .map((counter) => standingOf(counter, books.clock.now()))
  const least = Math.min(...hard.map(({ remaining }) => remaining))
  return hard.find(({ remaining }) => remaining === least)
}

/** The counters whose turn is not over. */
export function lasting(books: Books, counters: readonly Counter[]): Counter[] {
  const nowMs = windowNowMs(books)
  return counters.filter((counter) => counterAt(counter.rule, nowMs) === counter)
}

export function extend(books: Books, command: Extend): ExtendResult {
  const nowMs = windowNowMs(books)
  const entry = entryIn(books, command)
  if (!entry) return { status: 'unknown' }
  if (!isAlive(entry)) return { status: 'finished' }
  const [min, want, consumed] = [big(command.min), big(command.want), big(command.consumed)]
  const { held, used, state } = entry
  const { grant, denied } = admission(limiting(books, entry), {
    min: perMetric((metric) => larger(0n, min[metric] - held[metric])),
    want: perMetric((metric) => larger(0n, want[metric] - held[metric])),
    proven: entry.command!.bound === 'proven',
    observe: entry.command!.observe ?? false,
    nowMs: books.clock.now(),
    isOver: (counter) => counterAt(counter.rule, nowMs) !== counter,
  })
  revive(books, entry, command.ttlMs)
  if (denied.length === 0) entry.held = perMetric((metric) => held[metric] + grant[metric])
  entry.used = perMetric((metric) => larger(used[metric], smaller(consumed[metric], entry.held[metric])))
  if (denied.length > 0) return { status: 'denied', shortfall: decisive(denied) }
  return { status: state === 'open' ? 'open' : 'revived', granted: amountsOf(entry.held) }
}

/** The counters of budgets that are still in the books. */
function limiting(books: Books, { org, counters }: Entry): Counter[] {
  return counters.filter(({ rule }) => countingRules(accountIn(books, org, rule.account)!).includes(rule))
}

function revive({ clock }: Books, entry: Entry, ttlMs: number): void {
  entry.state = 'open'
  entry.ttlMs = ttlMs
  entry.dueMs = clock.now() + ttlMs
}

interface Beats {
  readonly org: string
  readonly beats: readonly Heartbeat[]
  readonly ttlMs: number
}

export function heartbeat(books: Books, { org, beats, ttlMs }: Beats): HeartbeatResult {
  windowNowMs(books)
  const notOpen: string[] = []
  const revived: string[] = []
  for (const { id, observed } of beats) {
    const entry = entryIn(books, { org, id })
    if (!entry || !isAlive(entry)) {
      notOpen.push(id)
      continue
    }
    if (entry.state === 'expired') revived.push(id)
    revive(books, entry, ttlMs)
    const { seen } = entry
    entry.seen = perMetric((metric) => larger(seen[metric], BigInt(observed[metric])))
  }
  return { notOpen, revived }
}
