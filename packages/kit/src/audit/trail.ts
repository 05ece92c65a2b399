import { clearTimeout, setTimeout } from 'node:timers'
import { warn } from '../core/warn.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { boothOf } from '../toll/booth.ts'
import { expiredRecord } from './expired-record.ts'
import { type SinkQueueOptions, type SinkStanding, sinkQueue } from './queue.ts'
import type { AuditRecord } from './record.ts'
import type { AuditSink } from './sink.ts'

export interface AuditTrailOptions extends SinkQueueOptions {
  /** Where records go: `sqliteAudit`, `ndjsonAudit`, or one of your own. */
  readonly sinks: readonly AuditSink[]
  /** With it, reservations that expire have their record too: nobody else is left to write it. */
  readonly ledger?: Ledger
}

/** Carries records to the sinks, off everybody's path. */
export interface AuditTrail {
  /** Queue a record for every sink; returns at once. */
  write(record: AuditRecord): void
  /** How each sink is doing, for metrics. */
  standings(): readonly SinkStanding[]
  /** Resolves once every sink has all that has been written so far (true), or after `deadlineMs` (false). */
  flush(options?: FlushOptions): Promise<boolean>
  /** Flush, then close the sinks: the last thing to do at SIGTERM, when requests and the ledger have ended. */
  close(options?: FlushOptions): Promise<boolean>
}

export interface FlushOptions {
  readonly deadlineMs?: number
}

const FLUSH_MS = 5_000

/**
 * An audit trail: one bounded queue a sink, and a record for each reservation that expires. When it starts it writes the
 * records that a process before it died too early to write.
 *
 * @example
 * const trail = auditTrail({ ledger, sinks: [sqliteAudit('./tollgate.db')] })
 */
export function auditTrail({ sinks, ledger, onFault = warnOf, ...options }: AuditTrailOptions): AuditTrail {
  const queues = sinks.map((sink) => sinkQueue(sink, { ...options, onFault }))
  const write = (record: AuditRecord) => {
    for (const queue of queues) queue.push(record)
  }
  const unfollow = ledger
    ? boothOf(ledger).keeper.onExpired((reservation) => write(expiredRecord(reservation)))
    : () => {}
  const repaired = ledger ? repair(ledger, sinks, write).catch(notRepaired) : Promise.resolve()

  function notRepaired(cause: unknown): void {
    onFault(`Records of expired reservations were not looked for: ${String(cause)}`, cause)
  }

  async function flush({ deadlineMs = FLUSH_MS }: FlushOptions = {}): Promise<boolean> {
    const untilMs = performance.now() + deadlineMs
    await atMost(deadlineMs, repaired)
    const leftMs = Math.max(0, untilMs - performance.now())
    const all = await Promise.all(queues.map((queue) => queue.flush(leftMs)))
    return all.every(Boolean)
  }

  return {
    write,
    standings: () => queues.map((queue) => queue.standing()),
    flush,
    async close({ deadlineMs = FLUSH_MS } = {}) {
      unfollow()
      const all = await flush({ deadlineMs })
      for (const queue of queues) queue.stop()
      await atMost(deadlineMs, Promise.all(sinks.map(async (sink) => sink.close?.())))
      return all
    },
  }
}

/** Resolves when the work has ended, however, or the time is over. */
function atMost(deadlineMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, deadlineMs)
    function done(): void {
      clearTimeout(timer)
      resolve()
    }
    work.then(done, done)
  })
}

/** A process that died between expiring a reservation and writing its record left the ledger knowing what no sink does. */
async function repair(
  ledger: Ledger,
  sinks: readonly AuditSink[],
  write: (record: AuditRecord) => void,
): Promise<void> {
  const tellers = sinks.filter((sink) => sink.lacks)
  if (tellers.length === 0) return
  const records = (await ledger.expired()).map((reservation) => expiredRecord(reservation))
  if (records.length === 0) return
  const lacking = new Set<AuditRecord>()
  for (const sink of tellers) for (const record of await sink.lacks!(records)) lacking.add(record)
  for (const record of lacking) write(record)
}

function warnOf(sentence: string): void {
  warn('TOLLGATE_AUDIT', sentence)
}
