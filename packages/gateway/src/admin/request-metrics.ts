import type { AuditRecord, AuditSink, SinkStanding } from '@tollgate/kit/audit'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { cacheMetrics } from './cache-metrics.ts'

/** Seconds; from an error that costs nothing to the longest answer of a reasoning model. */
const DURATION_BUCKETS = [0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

/**
 * What becomes of requests, counted from their records: as a sink, off everybody's way. Labels are words of closed sets
 * and the names of configured providers; no caller can make a series.
 */
export function requestMetrics(registry: Registry): AuditSink {
  const registers = [registry]
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers })
  const decisions = counter('tollgate_decisions_total', 'Requests, by what was decided of them.', 'code')
  const wouldRefuse = counter(
    'tollgate_would_refuse_total',
    'Requests that were only observed, by what enforcement would have said.',
    'code',
  )
  const tokens = counter('tollgate_tokens_total', 'Tokens that were paid for, by kind.', 'kind')
  const attempts = counter(
    'tollgate_attempts_total',
    'Calls of providers, by how they ended, and why they were no answer; skipped: not called.',
    'provider',
    'outcome',
    'reason',
  )
  const overdrafts = counter(
    'tollgate_overdrafts_total',
    'Requests that cost more than was reserved for them.',
  )
  const duration = new Histogram({
    name: 'tollgate_request_duration_seconds',
    help: 'From the request to the end of its answer.',
    buckets: DURATION_BUCKETS,
    registers,
  })

  const countCache = cacheMetrics(registry)

  function count(record: AuditRecord): void {
    if (isRepeat(record)) return
    countCache(record)
    decisions.inc({ code: record.decision })
    if (record.wouldRefuse !== null) wouldRefuse.inc({ code: record.wouldRefuse })
    for (const [kind, field] of KINDS) {
      const counted = record[field]
      if (counted !== null && counted > 0) tokens.inc({ kind }, counted)
    }
    for (const { provider, outcome, reason } of record.attempts)
      attempts.inc({ provider, outcome, ...(reason !== undefined && { reason }) })
    if (record.reservedNanoUsd !== null && record.chargedNanoUsd > record.reservedNanoUsd) overdrafts.inc()
    if (record.latencyMs !== null) duration.observe(record.latencyMs / 1000)
  }

  const isRepeat = remembered()
  return {
    name: 'metrics',
    write(records) {
      for (const record of records) count(record)
    },
  }
}

/** Charges that may yet be corrected, as many as are remembered. */
const MAX_OPEN = 1000

/**
 * Whether a record says something new of a request that was counted before. Only a charge that is not exact can have a
 * second record; those are few.
 */
function remembered(): (record: AuditRecord) => boolean {
  const open = new Set<string>()
  return ({ id, basis }) => {
    if (open.delete(id)) return true
    if (basis === 'estimated' || basis === 'unconfirmed') open.add(id)
    if (open.size > MAX_OPEN) open.delete(open.values().next().value!)
    return false
  }
}

const KINDS = [
  ['input', 'inputTokens'],
  ['cached_input', 'cachedInputTokens'],
  ['cache_write', 'cacheWriteTokens'],
  ['audio_input', 'audioInputTokens'],
  ['output', 'outputTokens'],
  ['audio_output', 'audioOutputTokens'],
] as const satisfies readonly (readonly [string, keyof AuditRecord])[]

/** How the sinks of the audit trail are doing, as of the scrape. */
export function auditMetrics(registry: Registry, standings: () => readonly SinkStanding[]): () => void {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['sink'], registers: [registry] })
  const dropped = gauge(
    'tollgate_audit_dropped',
    'Records that a sink will never have, since the start: its queue was full.',
  )
  const queued = gauge('tollgate_audit_queued', 'Records that wait for a sink.')
  return () => {
    for (const { sink, ...standing } of standings()) {
      dropped.set({ sink }, standing.dropped)
      queued.set({ sink }, standing.queued)
    }
  }
}
