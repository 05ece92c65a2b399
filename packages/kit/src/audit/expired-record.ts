import type { AccountId, Amounts, ExpiredReservation } from '../ledger/ledger.ts'
import type { AuditRecord } from './record.ts'

/** What became of an expired reservation after all: what an operator had it settled at, and when. */
export interface SettledExpired {
  readonly charged: Amounts
  readonly atMs: number
}

/**
 * The record of a reservation that nobody ended, from what the ledger kept beside the money. It was charged in full,
 * and `unconfirmed`; with `settled`, what an operator decided later (`tollgate ledger expired --settle observed`).
 */
export function expiredRecord(reservation: ExpiredReservation, settled?: SettledExpired): AuditRecord {
  const { id, path, memo, charged, reservedAtMs, expiredAtMs } = reservation
  const counted = settled?.charged ?? charged
  return {
    id,
    requestId: memo.requestId,
    atMs: reservedAtMs,
    endedAtMs: settled?.atMs ?? expiredAtMs,
    org: idOn(path, 'org:'),
    team: idOn(path, 'team:'),
    project: idOn(path, 'project:'),
    user: idOn(path, 'user:'),
    key: idOn(path, 'key:'),
    tags: memo.tags ?? null,
    tier: null,
    decision: 'allowed',
    fault: null,
    wouldRefuse: null,
    wouldRefuseAccount: null,
    dialect: null,
    endpoint: null,
    model: memo.model || null,
    stream: null,
    provider: null,
    servedModel: null,
    attempts: [],
    ending: 'expired',
    status: null,
    inputTokens: null,
    cachedInputTokens: null,
    cacheWriteTokens: null,
    audioInputTokens: null,
    outputTokens: null,
    audioOutputTokens: null,
    reasoningTokens: null,
    reservedNanoUsd: charged.usd,
    chargedNanoUsd: counted.usd,
    chargedTokens: counted.tokens,
    basis: settled ? 'estimated' : 'unconfirmed',
    priceVersion: memo.priceVersion || null,
    priceSource: null,
    latencyMs: null,
    firstByteMs: null,
    content: null,
  }
}

function idOn(path: readonly AccountId[], kind: string): string | null {
  return path.find((account) => account.startsWith(kind))?.slice(kind.length) ?? null
}
