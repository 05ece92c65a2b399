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
  cacheWrite1hTokens: 'cache_write_1h_tokens',
  imageInputTokens: 'image_input_tokens',
  imageOutputTokens: 'image_output_tokens',
  images: 'images',
  audioMs: 'audio_ms',
  characters: 'characters',
  webSearches: 'web_searches',
  unit: 'unit',
  unitThousandths: 'unit_thousandths',
  serviceTier: 'service_tier',
  cache: 'cache',
  cacheReason: 'cache_reason',
  savedNanoUsd: 'saved_nano_usd',
  cacheOverheadNanoUsd: 'cache_overhead_nano_usd',
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

/** The columns of `audit`; {@link valuesOf} has their order. */
export const COLUMN_LIST: readonly string[] = Object.values(COLUMNS)

/**
 * The values of a record, written out: forty lookups by a name that is another each time would take three times as long.
 * Lists and tags are kept as JSON, and an empty list, as most records have one, as nothing.
 */
export function valuesOf(record: AuditRecord): SQLInputValue[] {
  return [
    record.id,
    record.requestId,
    record.atMs,
    record.endedAtMs,
    record.org,
    record.team,
    record.project,
    record.user,
    record.key,
    asJson(record.tags),
    record.tier,
    record.decision,
    record.fault,
    record.wouldRefuse,
    record.wouldRefuseAccount,
    record.dialect,
    record.endpoint,
    record.model,
    asInteger(record.stream),
    record.provider,
    record.servedModel,
    record.attempts.length === 0 ? null : asJson(record.attempts),
    record.ending,
    record.status,
    record.inputTokens,
    record.cachedInputTokens,
    record.cacheWriteTokens,
    record.audioInputTokens,
    record.outputTokens,
    record.audioOutputTokens,
    record.reasoningTokens,
    record.cacheWrite1hTokens,
    record.imageInputTokens,
    record.imageOutputTokens,
    record.images,
    record.audioMs,
    record.characters,
    record.webSearches,
    record.unit,
    record.unitThousandths,
    record.serviceTier,
    record.cache,
    record.cacheReason,
    record.savedNanoUsd,
    record.cacheOverheadNanoUsd,
    record.reservedNanoUsd,
    record.chargedNanoUsd,
    record.chargedTokens,
    record.basis,
    record.priceVersion,
    record.priceSource,
    record.latencyMs,
    record.firstByteMs,
    record.content,
  ]
}

function asInteger(value: boolean | null): SQLInputValue {
  return value === null ? null : Number(value)
}

function asJson(value: object | null): SQLInputValue {
  return value === null ? null : JSON.stringify(value)
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
