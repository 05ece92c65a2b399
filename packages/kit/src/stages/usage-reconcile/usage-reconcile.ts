import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Clock, systemClock } from '../../core/clock.ts'
import type { Outcome } from '../../core/context.ts'
import { misassembled, type TollgateError } from '../../core/errors.ts'
import { nanoToUsd } from '../../core/money.ts'
import { errorBodyOf } from '../../core/refuse.ts'
import { slot } from '../../core/slot.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import { cutShort, transform } from '../../core/tap.ts'
import { warn } from '../../core/warn.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { boothOf } from '../../toll/booth.ts'
import type { Charge } from '../../toll/charge.ts'
import { type Counting, counting } from '../../toll/counting.ts'
import { endCounted, learn } from '../../toll/ending.ts'
import { type Extending, extending } from '../../toll/extending.ts'
import { chargedHeaders } from '../../toll/headers.ts'
import { eventReading, jsonReading, type Reading, soundReading } from '../../toll/reading.ts'
import { REMAINING_HEADER } from '../../toll/refusals.ts'
import { servedFormat } from '../../toll/served-format.ts'
import { type Ending, knownCharge, toldSoFar, unfinishedCharge, withLost } from '../../toll/settlement.ts'
import { chargeOn, endToll, type Toll, wholeReservation } from '../../toll/toll.ts'
import { pathOf } from '../../wire/receive.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import { isEventStream } from '../../wire/sse.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import { charge } from './slots.ts'

export interface UsageReconcileOptions {
  /** The ledger of the budget-reserve before it; only to catch a mix-up of two ledgers. */
  readonly ledger?: Ledger
  /**
   * What is mounted behind forwards a provider's own answers, as a proxy does: a status outside 2xx then costs nothing,
   * except 502 and 504, which a proxy answers with when it has lost a provider that may have been paid; and a stream that
   * is cut is charged for what came. A handler with work of its own leaves this off.
   */
  readonly transparent?: boolean
  readonly clock?: Clock
}

/**
 * Settle what a request really cost, and give the rest back. Reads the usage in whatever answer passes, JSON or a
 * stream, from our own failover, from a proxy, or from a handler of the team's own; what a handler tells by
 * `usage.add` wins. A handler that ran and told nothing is charged what was reserved.
 *
 * Refuses nothing. A settle that the books do not take leaves the reservation to expire: charged, unconfirmed.
 *
 * @example
 * app.use('/chat', budgetReserve({ ledger }), usageReconcile())
 */
export const usageReconcile = ({
  ledger,
  transparent = false,
  clock = systemClock,
}: UsageReconcileOptions = {}): Stage<'reservation', 'charge', 'usage-reconcile'> =>
  defineStage({
    name: 'usage-reconcile',
    needs: [tollSlot],
    gives: [charge],
    handle: function usageReconcile(req, res) {
      const toll = tollSlot.get(req)
      if (!toll) return
      if (ledger && boothOf(ledger) !== toll.booth) {
        throw misassembled(
          'usage-reconcile and budget-reserve were given two different ledgers. Give both the same.',
        )
      }
      // From here on a handler may call a provider without saying so, and unknown counts as sent.
      toll.sentAtMs = clock.now()
      toll.proxied = transparent
      watch(req, res, toll)
    },
    settle: async function usageReconcile(req, res, outcome) {
      const toll = tollSlot.peek(req)
      if (toll) await settleAtClose(req, res, toll, outcome, clock)
      charge.set(req, toll && chargeOn(toll))
    },
  })

/** What passes of an answer, kept until the way back. */
interface Watch {
  /** What is told to the client is read as it passes, unless it is a translation, which is read where it is made. */
  passing: Reading | undefined
  reading: Reading | undefined
  /** Made when something has to be counted, which most answers never need. */
  counting: Counting | undefined
  /** Absent where the whole answer was reserved for. */
  extending: Extending | undefined
}

/** Kept with the request: what a WeakMap holds stays alive, key and all, until the next full garbage collection. */
const watched = slot<Watch>()('answer-watch', 'usage-reconcile')

function watch(req: IncomingMessage, res: ServerResponse, toll: Toll): void {
  const seen: Watch = { passing: undefined, reading: undefined, counting: undefined, extending: undefined }
  watched.set(req, seen)
  const observe = () => {
    // A client that does not read keeps us from reading, and not the provider from generating.
    void seen.extending?.ask()
    return countingOf(seen, toll).observed()
  }
  // By its name, as in core/tap and for its reason.
  toll.observe = observe
  let events = false
  transform(res, {
    head(response) {
      const kind = answerKind(response)
      events = kind === 'events' && toll.received !== undefined
      if (toll.received && kind) {
        seen.passing = toll.reading ? undefined : readingOf(toll, toll.received, kind)
        seen.reading = toll.reading ?? seen.passing
        seen.counting = undefined
        seen.extending = extending(toll, seen.reading, () => countingOf(seen, toll), {
          blocked: () => res.writableNeedDrain,
          cut: (refusal) => cut(req, res, toll, refusal),
        })
      }
      if (kind === 'events') response.removeHeader('content-length')
      return kind === 'json' ? 'hold' : 'pass'
    },
    chunk: (bytes) => (seen.passing ? seen.passing.push(bytes) : bytes),
    wait: () => seen.extending?.ask(),
    flush() {
      const rest = seen.passing?.end()
      settleAtFlush(req, res, toll, seen.reading)
      return events ? withComment(rest, toll) : rest
    },
  })
}

function readingOf(toll: Toll, received: ReceivedCall, kind: AnswerKind): Reading | undefined {
  const { stream, wantsUsage, media } = received
  const format = servedFormat(toll, received)
  if (kind === 'json') return jsonReading(format)
  if (kind === 'sound') return media?.kind === 'speech' ? soundReading(media.format) : undefined
  // Pictures end one by one; the choices of a text end together.
  return eventReading(format, stream && !wantsUsage, media?.kind === 'pictures' ? media.count : 1)
}

/** The budget has no more for an answer that has begun: the provider is let go, and the client told why, in its dialect. */
function cut(req: IncomingMessage, res: ServerResponse, toll: Toll, refusal: TollgateError): void {
  if (toll.stopped || res.closed) return
  toll.stopped = true
  toll.onStopped()
  cutShort(res, toll.received!.format.streamError(errorBodyOf(req, refusal)))
}

function countingOf(seen: Watch, toll: Toll): Counting {
  seen.counting ??= counting(toll, seen.reading)
  return seen.counting
}

type AnswerKind = 'json' | 'events' | 'sound'

/** What an answer is, when its usage can be read. */
function answerKind(res: ServerResponse): AnswerKind | undefined {
  if (res.statusCode < 200 || res.statusCode > 299 || res.getHeader('content-encoding')) return undefined
  const header = res.getHeader('content-type')
  if (isEventStream(header)) return 'events'
  const type = String(header).toLowerCase()
  if (type.startsWith('audio/')) return 'sound'
  return type.startsWith('application/json') ? 'json' : undefined
}

/** The handler is done, and the last byte is still here: what is known now is settled, and told in the headers. */
function settleAtFlush(
  req: IncomingMessage,
  res: ServerResponse,
  toll: Toll,
  reading: Reading | undefined,
): void {
  if (toll.pending.length > 0) return
  const ending: Ending = { refused: false, status: res.statusCode }
  const known = knownCharge(toll, reading, ending) ?? unread(req, toll)
  if (!known) return
  // The client may have left before a handler was done: its late truth corrects what was charged then.
  if (toll.ended) {
    if (known !== 'nothing' && known.basis === 'exact' && chargeOn(toll)?.basis === 'estimated')
      void endToll(toll, known)
    return
  }
  void endToll(toll, known)
  learn(toll, reading)
  if (!res.headersSent) announceCost(res, toll)
}

/** A handler of the team's own that told nothing: never free, and said once per route. */
function unread(req: IncomingMessage, toll: Toll): Charge | undefined {
  if (toll.proxied) return undefined
  warnUntold(req)
  return withLost(toll, wholeReservation(toll))
}

async function settleAtClose(
  req: IncomingMessage,
  res: ServerResponse,
  toll: Toll,
  outcome: Outcome,
  clock: Clock,
): Promise<void> {
  // Work may announce more work before it ends.
  for (let ended = 0; ended < toll.pending.length; ended += 1) await toll.pending[ended]
  if (toll.ended) return correctAtClose(toll, outcome)
  const seen = watched.get(req)
  const { reading } = seen
  const status = res.headersSent ? outcome.status : undefined
  const known = knownCharge(toll, reading, { refused: outcome.refusal !== undefined, status })
  if (known === 'nothing') return endToll(toll, known)
  // Work that was announced has ended; other work goes on without its client, and may buy more than it has told.
  if (outcome.end === 'aborted' && toll.told.length > 0 && toll.pending.length === 0)
    return endToll(toll, unfinishedCharge(toll))
  if (known) return endToll(toll, known)
  if (!toll.proxied) {
    if (outcome.end === 'finished') warnUntold(req)
    return endToll(toll, withLost(toll, wholeReservation(toll)))
  }
  const whole = outcome.end === 'finished' && (reading?.complete ?? false) && !toll.cut
  await endCounted(toll, countingOf(seen, toll), { whole, nowMs: clock.now() })
}

/** A handler that told right after it had answered has told all. */
async function correctAtClose(toll: Toll, outcome: Outcome): Promise<void> {
  const told = toldSoFar(toll)
  if (told && outcome.end === 'finished' && chargeOn(toll)?.basis === 'estimated') await endToll(toll, told)
}

function announceCost(res: ServerResponse, toll: Toll): void {
  const headers = chargedHeaders(toll, res.hasHeader(REMAINING_HEADER))
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
}

/** A stream's headers are out long before its cost is known: it is said in a comment, which every SSE reader skips. */
function withComment(rest: Buffer | undefined, toll: Toll): Buffer | undefined {
  const charged = chargeOn(toll)
  if (!charged) return rest
  const comment = Buffer.from(`: tollgate cost-usd=${nanoToUsd(charged.nanoUsd)}\n\n`)
  return rest ? Buffer.concat([rest, comment]) : comment
}

const warnedRoutes = new Set<string>()

function warnUntold(req: IncomingMessage): void {
  const route = `${req.method} ${pathOf(req)}`
  if (warnedRoutes.has(route) || warnedRoutes.size > 1000) return
  warnedRoutes.add(route)
  warn(
    'TOLLGATE_USAGE_UNTOLD',
    `${route} was charged what was reserved, because its handler did not tell what it bought. Call usage.add(req, …), or usage.none(req) when it bought nothing.`,
  )
}
