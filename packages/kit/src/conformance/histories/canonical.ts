import type {
  ExpiredReservation,
  HeartbeatResult,
  ReserveResult,
  SettleExpiredResult,
  Shortfall,
} from '../../ledger/ledger.ts'
import type { LedgerCommand, Reply } from './command.ts'

/** A reply without what the interface leaves open: the order of lists, and which of several equally tight budgets it names. */
export function canonical([method]: LedgerCommand, reply: Reply): unknown {
  if (method === 'reserve' || method === 'extend') return canonicalGrant(reply as ReserveResult)
  if (method === 'expire' || method === 'expired') return byId(reply as ExpiredReservation[])
  if (method === 'heartbeat') {
    const { notOpen, revived } = reply as HeartbeatResult
    return { notOpen: notOpen.toSorted(), revived: revived.toSorted() }
  }
  if (method !== 'settleExpired') return reply
  const { settled, ...amounts } = reply as SettleExpiredResult
  return { settled: byId(settled), ...amounts }
}

const byId = (records: readonly ExpiredReservation[]): ExpiredReservation[] =>
  records.toSorted((a, b) => (a.org + a.id < b.org + b.id ? -1 : 1))

function canonicalGrant(reply: ReserveResult): unknown {
  if (reply.status === 'denied') return { status: 'denied', shortfall: tellingOf(reply.shortfall) }
  if (reply.status !== 'ok') return reply
  const { tightest, would, ...grant } = reply
  // What a repeat says beside its grant is a moment's news, not a part of it.
  if (reply.repeat) return grant
  const named = would.filter(({ budget }) => budget !== 'total')
  const names = named.map(({ account, budget, reason }) => `${account} ${budget} ${reason}`)
  return { ...grant, remaining: tightest?.remaining, would: names.toSorted() }
}

function tellingOf({ reason, remaining, resetAtMs }: Shortfall): unknown {
  return { reason, remaining, resetAtMs }
}
