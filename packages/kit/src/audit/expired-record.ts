import type { AccountId, ExpiredReservation } from '../ledger/ledger.ts'
import type { AuditRecord } from './record.ts'

export interface ExpiredRecordOptions {
  /** When an operator had it settled, ms since the epoch (`tollgate ledger expired --settle observed`). */
  readonly settledAtMs?: number
}

/**
 * The record of a reservation that nobody ended, from what the ledger kept beside the money. It is charged what the books
 * charge it: everything that was reserved, and `unconfirmed`, until an operator has it settled.
 */
export function expiredRecord(
  reservation: ExpiredReservation,
  { settledAtMs }: ExpiredRecordOptions = {},
): AuditRecord {
  const { org, id, path, memo, reserved, charged, reservedAtMs, expiredAtMs } = reservation
  return {
    id,
    requestId: memo.requestId,
    atMs: reservedAtMs,
    endedAtMs: settledAtMs ?? expiredAtMs,
    org,
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
    cacheWrite1hTokens: null,
    imageInputTokens: null,
    imageOutputTokens: null,
    images: null,
    audioMs: null,
    characters: null,
    webSearches: null,
    unit: null,
    unitThousandths: null,
    serviceTier: null,
    cache: null,
    cacheReason: null,
    savedNanoUsd: null,
    cacheOverheadNanoUsd: null,
    reservedNanoUsd: reserved.usd,
    chargedNanoUsd: charged.usd,
    chargedTokens: charged.tokens,
    basis: settledAtMs === undefined ? 'unconfirmed' : 'estimated',
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
