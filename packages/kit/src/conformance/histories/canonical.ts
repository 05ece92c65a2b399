import type {
  ExpiredReservation,
  HeartbeatResult,
  ReserveResult,
  SettleExpiredResult,
  SettleResult,
  Shortfall,
} from '../../ledger/ledger.ts'
import type { LedgerCommand, Reply } from './command.ts'

/** A reply without what the interface leaves open: the order of lists, and which of several equally tight budgets it names. */
export function canonical([method]: LedgerCommand, reply: Reply): unknown {
  if (method === 'reserve' || method === 'extend') return canonicalGrant(reply as ReserveResult)
  if (method === 'settle') return canonicalSettle(reply as SettleResult)
  if (method === 'expire' || method === 'expired') return byId(reply as ExpiredReservation[])
  if (method === 'heartbeat') {
    const { notOpen, revived } = reply as HeartbeatResult
    return { notOpen: notOpen.toSorted(), revived: revived.toSorted() }
  }
  if (method !== 'settleExpired') return reply
  const { settled, ...amounts } = reply as SettleExpiredResult
  // What expired over many days may sum up to where integers end: beyond, nobody can say it to the unit.
  const sums = Object.values(amounts).every(Number.isSafeInteger) ? amounts : {}
  return { settled: byId(settled), ...sums }
}

const byId = (records: readonly ExpiredReservation[]): ExpiredReservation[] =>
  records.toSorted((a, b) => (a.org + a.id < b.org + b.id ? -1 : 1))

function canonicalGrant(reply: ReserveResult): unknown {
  if (reply.status === 'denied') return { status: 'denied', shortfall: tellingOf(reply.shortfall) }
  if (reply.status !== 'ok') return reply
  const { tightest, would, ...grant } = reply
  const named = would.filter(({ budget }) => budget !== 'total')
  const names = named.map(({ account, budget, reason }) => `${account} ${budget} ${reason}`)
  // How its budgets stand is a moment's news to a repeat, not a part of its grant.
  const news = reply.repeat ? {} : { remaining: tightest?.remaining }
  return { ...grant, ...news, would: names.toSorted() }
}

function canonicalSettle(reply: SettleResult): unknown {
  if (!('overdraft' in reply)) return reply
  const { tightest, crossed, ...booked } = reply
  const names = crossed?.map((line) => `${line.account} ${line.budget} ${line.percent} ${line.spent}`)
  return { ...booked, remaining: tightest?.remaining, crossed: names?.toSorted() }
}

function tellingOf({ reason, remaining, resetAtMs }: Shortfall): unknown {
  return { reason, remaining, resetAtMs }
}
