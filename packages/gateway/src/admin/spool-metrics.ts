import { isSpooled, type Ledger } from '@tollgate/kit/ledger'
import { Gauge, type Registry } from 'prom-client'

/** What waits for books that did not take it. The answer brings the figures up to now, before a scrape. */
export function spoolMetrics(registry: Registry, ledger: Ledger): () => void {
  if (!isSpooled(ledger)) return () => {}
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const queued = gauge('tollgate_spool_queued', 'Settles and releases that the books have still to take.')
  const oldest = gauge('tollgate_spool_oldest_seconds', 'How long the oldest of them has waited.')
  const dropped = gauge('tollgate_spool_dropped', 'Those that fitted nowhere, since the start: they expire.')
  const replayed = gauge('tollgate_spool_replayed', 'Those that the books took when they were told again.')
  return () => {
    const standing = ledger.spool.standing()
    queued.set(standing.queued)
    oldest.set(standing.oldestAgeMs / 1000)
    dropped.set(standing.dropped)
    replayed.set(standing.replayed)
  }
}
