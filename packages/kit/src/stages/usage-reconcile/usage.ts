import type { IncomingMessage } from 'node:http'
import { misassembled } from '../../core/errors.ts'
import { warn } from '../../core/warn.ts'
import { atLeast } from '../../toll/charge.ts'
import { toldSoFar } from '../../toll/settlement.ts'
import { readReport, type UsageReport } from '../../toll/told.ts'
import { chargeOn, endToll, type Toll } from '../../toll/toll.ts'
import { tollSlot } from '../budget-reserve/slots.ts'

/**
 * How a handler tells what it bought. A handler that tells nothing, and whose answer is no provider's, is charged what
 * was reserved.
 *
 * @example
 * const completion = await openai.chat.completions.create({ … })
 * usage.add(req, { model: completion.model, usage: completion.usage })
 */
export const usage = {
  /** Add one provider call; as often as the handler makes one. Told wins over what is read from the answer. */
  add(req: IncomingMessage, report: UsageReport): void {
    const toll = tollOf(req)
    if (!toll) return
    toll.told.push(readReport(report))
    if (toll.ended) correct(toll)
  },

  /** The handler bought nothing: the reservation is given back. */
  none(req: IncomingMessage): void {
    const toll = tollOf(req)
    if (toll) toll.toldNone = true
  },

  /** Work goes on after the answer: the reservation stays open until the promise has settled, and is charged then. */
  pending(req: IncomingMessage, work: Promise<unknown>): void {
    // Handled here and now: a failure that nobody hears of for a turn would end the process.
    tollOf(req)?.pending.push(work.catch(warnFailed))
  },
}

function warnFailed(cause: unknown): void {
  warn('TOLLGATE_PENDING_FAILED', `Work announced with usage.pending failed: ${String(cause)}`)
}

function tollOf(req: IncomingMessage): Toll | undefined {
  const toll = tollSlot.peek(req)
  if (!toll && !tollSlot.given(req)) {
    throw misassembled(
      'usage was told of a request that nothing is reserved for. Mount budget-reserve before the handler.',
    )
  }
  return toll
}

/**
 * Told after the end: it raises what was charged meanwhile, and lowers nothing, since more may follow; the end of the
 * answer does. A charge that was exact stands; `usage.pending` avoids this.
 */
function correct(toll: Toll): void {
  const charged = chargeOn(toll)
  if (charged?.basis === 'exact') {
    warn(
      'TOLLGATE_LATE_USAGE',
      `Usage of ${toll.requestId} was told after its answer had ended and been charged. Tell it before, or announce it with usage.pending.`,
    )
    return
  }
  const told = toldSoFar(toll)
  if (told) void endToll(toll, atLeast(charged, told))
}
