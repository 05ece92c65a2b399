import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../core/clock.ts'
import type { Outcome } from '../../core/context.ts'
import { warn } from '../../core/warn.ts'
import type { Charge } from '../../toll/charge.ts'
import { endCounted, learn } from '../../toll/ending.ts'
import { chargedHeaders } from '../../toll/headers.ts'
import type { Reading } from '../../toll/reading.ts'
import { REMAINING_HEADER } from '../../toll/refusals.ts'
import { type Ending, knownCharge, toldSoFar, unfinishedCharge, withLost } from '../../toll/settlement.ts'
import { chargeOn, endToll, type Toll, wholeReservation } from '../../toll/toll.ts'
import { pathOf } from '../../wire/receive.ts'
import { countingOf, watched } from './watched.ts'

/** The handler is done, and the last byte is still here: what is known now is settled, and told in the headers. */
export function settleAtFlush(
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

/** The response has closed: what is not settled yet is settled now. */
export async function settleAtClose(
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
