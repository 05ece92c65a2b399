import type { IncomingMessage } from 'node:http'
import { chargeFields, requestRecord } from '../../audit/request-record.ts'
import { type AuditTrail, type AuditTrailOptions, auditTrail } from '../../audit/trail.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { type Outcome, peekContext } from '../../core/context.ts'
import { slot } from '../../core/slot.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import { withoutFiles } from '../../wire/form.ts'
import { call } from '../../wire/receive.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import { principal } from '../identify/slots.ts'
import { attempts } from '../provider-failover/slots.ts'
import { pace } from '../rate-limit/slots.ts'
import { cacheOutcome } from '../semantic-cache/slots.ts'
import { entitlement } from '../tier-check/slots.ts'
import { startWatch, type Watch } from './watch.ts'

export interface AuditLogOptions extends AuditTrailOptions {
  /** Keep the body of each request as well, cut at 64 KiB: what users have written, in the hands of whoever reads the log. */
  readonly content?: boolean
  readonly clock?: Clock
}

/** The stage, and the trail that it writes to. */
export type AuditLog = Stage<never, never, 'audit-log'> & AuditTrail

const watched = slot<Watch>()('audit-watch', 'audit-log')

/** The most of a request's body that is kept. */
const CONTENT_BYTES = 64 * 1024

/**
 * One record of every request, whatever its end: refused, answered, failed, or left by its client; with `ledger` also of
 * every reservation that expires. Mounted first, so that it sees the refusals of all stages; writes last.
 *
 * Refuses nothing, and delays nothing: records are queued, and what a sink does not take in time is dropped and counted.
 * A process that is killed loses the records of the last moment, never a charge; they show as `unattributed`.
 *
 * @example
 * const audit = auditLog({ ledger, sinks: [sqliteAudit('./tollgate.db')] })
 * app.use('/v1', compose(audit, authVirtualKey({ directory, masterKey }), budgetReserve({ ledger }), …))
 * process.once('SIGTERM', () => server.close(() => audit.close()))
 */
export const auditLog = ({ content = false, clock = systemClock, ...options }: AuditLogOptions): AuditLog => {
  const trail = auditTrail(options)
  const stage = defineStage({
    name: 'audit-log',
    observes: [principal, entitlement, pace, call, cacheOutcome, tollSlot, attempts],
    handle: function auditLog(req, res) {
      watched.set(req, startWatch(res, clock))
    },
    settle: function auditLog(req, _res, outcome) {
      const toll = tollSlot.peek(req)
      const record = recordOf(req, outcome, watched.get(req), { content, clock })
      trail.write(record)
      if (!toll) return
      // A handler may tell what it bought when its client has long gone, and other stages may settle after this one.
      const writeAgain = () => trail.write({ ...record, ...chargeFields(toll), endedAtMs: clock.now() })
      toll.onCharged = writeAgain
    },
  })
  return Object.assign(stage, trail)
}

/** The body as text; of a form its fields, and of its files that they are there. */
function contentOf({ bytes, form, body }: ReceivedCall): string {
  const written = form ? Buffer.from(JSON.stringify(withoutFiles(body))) : bytes
  // A string of its own: a slice would keep the whole body in memory for as long as the record waits.
  return written.toString('utf8', 0, CONTENT_BYTES)
}

function recordOf(
  req: IncomingMessage,
  { end, status, refusal }: Outcome,
  { atMs, firstByteAtMs, closedAtMs }: Watch,
  { content, clock }: { readonly content: boolean; readonly clock: Clock },
) {
  const granted = entitlement.peek(req)
  const received = call.peek(req)
  const endedAtMs = clock.now()
  return requestRecord({
    requestId: peekContext(req)!.id,
    atMs,
    endedAtMs,
    latencyMs: Math.max(0, (closedAtMs ?? endedAtMs) - atMs),
    firstByteMs: firstByteAtMs === undefined ? null : Math.max(0, firstByteAtMs - atMs),
    principal: principal.peek(req),
    tier: granted?.tier,
    tierWouldRefuse: granted?.wouldRefuse,
    paceWouldRefuse: pace.peek(req)?.wouldRefuse,
    call: received,
    toll: tollSlot.peek(req),
    attempts: attempts.peek(req),
    cache: cacheOutcome.peek(req),
    ending: end,
    status,
    refusal: refusal?.code,
    content: content && received ? contentOf(received) : null,
  })
}
