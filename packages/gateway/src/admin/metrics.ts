import type { AuditSink, AuditTrail } from '@tollgate/kit/audit'
import { defineStage, type Stage } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import { Registry } from 'prom-client'
import { accountMetrics } from './account-metrics.ts'
import { auditMetrics, requestMetrics } from './request-metrics.ts'
import { spoolMetrics } from './spool-metrics.ts'

/** A gateway's metrics, in a registry of its own: several gateways in one process do not share a counter. */
export interface Metrics {
  /** Counts requests from their records. */
  readonly sink: AuditSink
  /** Answers a scrape; what requests have been counted is as of then. */
  scrape(trail: Pick<AuditTrail, 'flush' | 'standings'>): Stage
}

/** How long a scrape waits for records that are on their way, ms. */
const FLUSH_MS = 1000

/**
 * What Prometheus scrapes: https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 * @param org whose accounts are told of; all that the books know when absent.
 */
export function gatewayMetrics(ledger: Ledger, org?: string): Metrics {
  const registry = new Registry()
  const sink = requestMetrics(registry)
  const readAccounts = accountMetrics(registry, ledger, org)
  const readSpool = spoolMetrics(registry, ledger)
  return {
    sink,
    scrape(trail) {
      const readTrail = auditMetrics(registry, () => trail.standings())
      return defineStage({
        name: 'metrics',
        handle: async function metrics(_req, res) {
          await Promise.all([readAccounts(), trail.flush({ deadlineMs: FLUSH_MS })])
          readTrail()
          readSpool()
          const text = await registry.metrics()
          res.writeHead(200, { 'content-type': registry.contentType })
          res.end(text)
        },
      })
    },
  }
}
