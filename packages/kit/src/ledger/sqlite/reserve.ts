import { NOTHING } from '../amounts.ts'
import { clockAhead } from '../clock-ahead.ts'
import type { Amounts, Reserve, ReserveResult } from '../ledger.ts'
import { contribute } from './booking.ts'
import type { Books } from './books.ts'
import { decisive, fit, tightestOf } from './fit.ts'
import type { Lines } from './lines.ts'
import type { Plan, planner } from './plan.ts'
import type { Provisioning } from './provision.ts'
import type { Asked, Reservation, Totals } from './reservations.ts'

export interface ReserveRoom {
  readonly books: Books
  readonly provisioned: Provisioning
  readonly planFor: ReturnType<typeof planner>
  readonly lines: Lines
}

/** Reserve on every account of the path, or on none: first everything is asked, then everything is written. */
export function reserve(
  { books, provisioned, planFor, lines }: ReserveRoom,
  command: Reserve,
): ReserveResult | Error {
  const fault = clockAhead({ newestMs: books.windowNowMs, nowMs: books.nowMs })
  if (fault) return fault
  const { org, id, path, min, want, bound, observe = false } = command
  const pathText = JSON.stringify(path)
  const asked: Asked = [bound, observe, ...listed(min), ...listed(want)]
  const askedText = JSON.stringify(asked)
  const again = () => answerAgain(books, { org, id, pathText, askedText }, lines)

  let plan = planFor(org, path, pathText)
  if ('status' in plan) return again() ?? plan
  const { grant, denied, would } = fit(plan.lines, {
    min,
    want,
    proven: bound === 'proven',
    observe,
    nowMs: books.nowMs,
  })
  if (denied.length > 0) return again() ?? { status: 'denied', shortfall: decisive(denied) }
  if (plan.unseen.length > 0) {
    const before = again()
    if (before) return before
    for (const { id: account, parent } of plan.unseen) provisioned.makeUnseen(org, account, parent)
    plan = planFor(org, path, pathText) as Plan
  }
  const reservation = opened(command, { plan, grant, pathText, askedText, nowMs: books.nowMs })
  // The insert itself finds out whether the id is new: on the way that matters nothing is read from the file.
  if (!books.reservations.insert(reservation)) return again()!
  contribute(reservation, books.counters, 1)
  if (would.length > 0) books.reservations.tell(reservation, would)
  const tightest = tightestOf(plan.lines, books.nowMs)
  return { status: 'ok', repeat: false, granted: grant as Amounts, ...(tightest && { tightest }), would }
}

interface Again {
  readonly org: string
  readonly id: string
  readonly pathText: string
  readonly askedText: string
}

function answerAgain(
  { reservations, nowMs }: Books,
  { org, id, pathText, askedText }: Again,
  lines: Lines,
): ReserveResult | undefined {
  const known = reservations.find(org, id)
  if (!known) return
  if (known.state !== 'open') return { status: 'finished' }
  if (known.path !== pathText || known.asked !== askedText) return { status: 'conflict' }
  const tightest = tightestOf(lines.of(known), nowMs)
  return {
    status: 'ok',
    repeat: true,
    granted: { ...known.reserved } as Amounts,
    ...(tightest && { tightest }),
    would: known.told === null ? [] : JSON.parse(known.told),
  }
}

interface Opening {
  readonly plan: Plan
  readonly grant: Totals
  readonly pathText: string
  readonly askedText: string
  readonly nowMs: number
}

function opened(
  { org, id, owner, ttlMs, memo }: Reserve,
  { plan, grant, pathText, askedText, nowMs }: Opening,
): Reservation {
  return {
    org,
    id,
    state: 'open',
    dueMs: nowMs + ttlMs,
    owner,
    path: pathText,
    countersText: plan.countersText,
    counters: plan.counters,
    memo: JSON.stringify(memo),
    asked: askedText,
    ttlMs,
    reservedAtMs: nowMs,
    endedAtMs: null,
    reserved: { usd: grant.usd, tokens: grant.tokens, requests: grant.requests },
    consumed: { ...NOTHING },
    observed: { ...NOTHING },
    settled: null,
    basis: null,
    told: null,
  }
}

const listed = ({ usd, tokens, requests }: Amounts): [number, number, number] => [usd, tokens, requests]
