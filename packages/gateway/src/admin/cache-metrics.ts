import type { AuditRecord } from '@tollgate/kit/audit'
import { NANO_PER_USD } from '@tollgate/kit/core'
import { Counter, type Registry } from 'prom-client'

/** What the cache did, counted from the records of requests. */
export function cacheMetrics(registry: Registry): (record: AuditRecord) => void {
  const registers = [registry]
  const requests = new Counter({
    name: 'tollgate_cache_requests_total',
    help: 'Requests that the cache saw, by what it did and why it served nothing.',
    labelNames: ['outcome', 'reason'],
    registers,
  })
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const saved = counter(
    'tollgate_cache_saved_usd_total',
    'What calls would have cost that were not made, less what hits were charged, in USD.',
  )
  const overhead = counter(
    'tollgate_cache_overhead_usd_total',
    'What looking for answers and judging them has cost, in USD.',
  )
  return ({ cache, cacheReason, savedNanoUsd, cacheOverheadNanoUsd }) => {
    if (cache === null) return
    requests.inc({ outcome: cache, reason: cacheReason ?? '' })
    saved.inc((savedNanoUsd ?? 0) / NANO_PER_USD)
    overhead.inc((cacheOverheadNanoUsd ?? 0) / NANO_PER_USD)
  }
}
