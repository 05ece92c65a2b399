import type { SQLInputValue } from 'node:sqlite'
import type { AuditRecord } from '../record.ts'
import type { Row } from './reader.ts'

/** The column of each field of a record. */
const COLUMNS = {
  id: 'id',
  requestId: 'request_id',
  atMs: 'at_ms',
  endedAtMs: 'ended_at_ms',
  org: 'org',
  team: 'team',
  project: 'project',
  user: 'user',
  key: 'key',
  tags: 'tags',
  tier: 'tier',
  decision: 'decision',
  fault: 'fault',
  wouldRefuse: 'would_refuse',
  wouldRefuseAccount: 'would_refuse_account',
  dialect: 'dialect',
  endpoint: 'endpoint',
  model: 'model',
  stream: 'stream',
  provider: 'provider',
  servedModel: 'served_model',
  attempts: 'attempts',
  ending: 'ending',
  status: 'status',
  inputTokens: 'input_tokens',
  cachedInputTokens: 'cached_input_tokens',
  cacheWriteTokens: 'cache_write_tokens',
  audioInputTokens: 'audio_input_tokens',
  outputTokens: 'output_tokens',
  audioOutputTokens: 'audio_output_tokens',
  reasoningTokens: 'reasoning_tokens',
  reservedNanoUsd: 'reserved_nano_usd',
  chargedNanoUsd: 'charged_nano_usd',
  chargedTokens: 'charged_tokens',
  basis: 'basis',
  priceVersion: 'price_version',
  priceSource: 'price_source',
  latencyMs: 'latency_ms',
  firstByteMs: 'first_byte_ms',
  content: 'content',
} as const satisfies Record<keyof AuditRecord, string>

const FIELDS = Object.keys(COLUMNS) as (keyof AuditRecord)[]

/** The columns of `audit`, in the order of {@link valuesOf}. */
export const COLUMN_LIST: readonly string[] = Object.values(COLUMNS)

export function valuesOf(record: AuditRecord): SQLInputValue[] {
  return FIELDS.map((field) => columnValue(record[field]))
}

/** Lists and tags are kept as JSON, and an empty list, as most records have one, as nothing. */
function columnValue(value: AuditRecord[keyof AuditRecord]): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) && value.length === 0 ? null : JSON.stringify(value)
}

/** The record in a row whose integers are BigInts; each of them was a safe number when it was written. */
export function recordOf(row: Row): AuditRecord {
  const entries = FIELDS.map((field) => {
    const value = row[COLUMNS[field]]
    return [field, typeof value === 'bigint' ? Number(value) : value]
  })
  const { stream, tags, attempts, ...flat } = Object.fromEntries(entries)
  return {
    ...flat,
    stream: stream === null ? null : stream === 1,
    tags: tags === null ? null : JSON.parse(tags),
    attempts: attempts === null ? [] : JSON.parse(attempts),
  }
}
