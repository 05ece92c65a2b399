import { hash } from 'node:crypto'
import { kindOf } from '../account-id.ts'
import { NOTHING } from '../amounts.ts'
import type { Reserve, ReserveResult } from '../ledger.ts'
import { type Books, noteTime, windowNowMs } from './books.ts'
import { noteStale } from './load.ts'
import type { PathPlan } from './path-plan.ts'
import { recover } from './recover.ts'
import type { Reservation } from './reservations.ts'
import { type ReserveReply, reserve as script } from './scripts/reserve.ts'
import { standingsOn } from './standing.ts'
import { amountsText, readAmounts } from './text.ts'
import { unavailable } from './unavailable.ts'

type Answer = Exclude<ReserveReply, readonly ['layout', ...string[]]>

/** An account that is not as we knew it, a window that we got wrong, books that were recovered: each may happen once. */
const ATTEMPTS = 4

export async function reserve(books: Books, command: Reserve): Promise<ReserveResult> {
  const reservation = expected(books, command)
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const plan = books.plans.of(command.path, reservation.pathText, windowNowMs(books))
      const reply = await send(books, command, reservation, plan)
      if (!(await mendBy(books, command, reply))) return conclude(books, { reservation, plan }, reply)
    }
  } catch (error) {
    // It may have been reserved: what comes next for this id should find its accounts.
    if (books.reservations.get(command.id) === reservation) books.reservations.end(command.id)
    throw error
  }
  throw new Error(
    `the accounts of ${command.path.join(', ')} are changed by others all the time: nothing was reserved`,
  )
}

/** What stands in no roll-up. */
const NOWHERE = '-'

/** Under which the day's roll-up counts it. What a provider is held to is charged to a caller as well, and counted there. */
function labelOf({ path, memo }: Reserve): string {
  const ofProvider = path.every((account) => kindOf(account) === 'provider')
  return ofProvider ? NOWHERE : JSON.stringify([...path, memo.model])
}

/** The reservation as it will be, noted before it is: what is sent right behind it should know where it is. */
function expected({ reservations, clock }: Books, command: Reserve): Reservation {
  const { id, path, min, want, bound, observe = false, ttlMs, owner, memo } = command
  const pathText = JSON.stringify(path)
  const asked = `${bound} ${observe} ${amountsText(min)} ${amountsText(want)} ${pathText}`
  const terms = {
    bound,
    observe: observe ? '1' : '',
    fingerprint: hash('sha1', asked, 'base64url'),
    owner,
    memo: JSON.stringify(memo),
    label: labelOf(command),
  }
  const amounts = { held: NOTHING, consumed: NOTHING, observed: NOTHING }
  const reservation: Reservation = { id, path, pathText, terms, ttlMs, heardMs: clock.now(), ...amounts }
  if (!reservations.get(id)) reservations.add(reservation)
  return reservation
}

function send(
  books: Books,
  command: Reserve,
  { pathText, terms }: Reservation,
  plan: PathPlan,
): Promise<Answer> {
  const { own, sequence, clock } = books
  return books.ask(
    script,
    {
      reservation: own.reservation(command.id),
      deadlines: own.deadlines,
      meta: own.meta,
      known: own.known,
      accounts: command.path.map(own.account),
    },
    {
      now: books.now(),
      clock: clock.now(),
      qSeen: sequence.seen,
      qSafe: sequence.safe,
      id: command.id,
      ttl: command.ttlMs,
      min: amountsText(command.min),
      want: amountsText(command.want),
      path: pathText,
      revision: books.revision,
      maxAuto: books.maxAuto,
      accounts: plan.accounts,
      windows: plan.windows,
      ...terms,
    },
  )
}

/** Whether the answer was about something that has been put right by now, so that it is worth asking again. */
async function mendBy(books: Books, { path }: Reserve, reply: Answer): Promise<boolean> {
  switch (reply[0]) {
    case 'stale':
      await noteStale(books, path, reply[1])
      return true
    case 'window':
      noteTime(books, Number(reply[1]))
      return true
    case 'epoch':
      await recover(books)
      return true
    default:
      return false
  }
}

interface Concluding {
  readonly reservation: Reservation
  readonly plan: PathPlan
}

function conclude(books: Books, asked: Concluding, reply: Answer): ReserveResult {
  const { reservation, plan } = asked
  const { id, path } = reservation
  if (reply[0] === 'ok') return granted(books, asked, reply)
  // Another reserve of this id, with other amounts, may be the one that counts.
  if (reply[0] !== 'conflict' && books.reservations.get(id) === reservation) books.reservations.end(id)
  switch (reply[0]) {
    case 'denied':
      books.sequence.note(Number(reply[2]))
      return { status: 'denied', shortfall: standingsOn(books, path, plan.rulings).shortfall(reply[1]) }
    case 'no_account': {
      const reason = reply[2] as 'unknown' | 'gone' | 'too_many'
      return { status: 'no_account', account: path[Number(reply[1]) - 1]!, reason }
    }
    case 'finished':
    case 'conflict':
      return { status: reply[0] }
    default:
      throw unavailable(books, reply)
  }
}

function granted(
  books: Books,
  { reservation, plan }: Concluding,
  [, repeat, grantedText, windows, lives, tightest, would, q]: Extract<Answer, readonly ['ok', ...unknown[]]>,
): ReserveResult {
  const { sequence, reservations, clock } = books
  const { id, path, terms } = reservation
  sequence.note(Number(q))
  const read = standingsOn(books, path, plan.rulings)
  noteMade(books, path, plan)
  const known = reservations.get(id)
  const counted = known?.terms.fingerprint === terms.fingerprint ? known : reservation
  counted.grant ??= {
    shapes: plan.shapes,
    lives,
    windows,
    reservedAtMs: clock.now(),
    unprovisioned: plan.unprovisioned,
  }
  counted.held = readAmounts(grantedText)
  counted.heardMs = clock.now()
  if (counted !== known) reservations.add(counted)
  return {
    status: 'ok',
    repeat: repeat === '1',
    granted: counted.held,
    ...(tightest[0] && { tightest: read.standing(tightest[0]) }),
    would: would.map(read.shortfall),
  }
}

/** Accounts that were not there have been made, by the defaults that were sent along. */
function noteMade({ accounts, revision }: Books, path: Reservation['path'], plan: PathPlan): void {
  for (const [at, { rules }] of plan.accounts.entries()) {
    const id = path[at]!
    if (rules === '' || accounts.get(id)) continue
    const { v, rulesText, limitsText } = plan.rulings[at]!
    accounts.note(id, [String(at + 1), v, rulesText, limitsText, '1', String(revision)])
  }
}
