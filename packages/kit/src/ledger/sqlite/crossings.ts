import type { Crossing } from '../ledger.ts'
import { limitAt, partOf } from '../limit.ts'
import { TOTAL } from '../total.ts'
import { chargeOf } from './booking.ts'
import { type Line, standingOf } from './fit.ts'
import type { Reservation } from './reservations.ts'

/**
 * The budgets that have reached one of these percentages of their limit with what a settled reservation is charged, and
 * would not have without it; in windows that last.
 *
 * @param nowMs by the raw clock: when raises end.
 */
export function crossingsOf(
  lines: readonly Line[],
  reservation: Reservation,
  { alertAt, nowMs }: { readonly alertAt: readonly number[]; readonly nowMs: number },
): readonly Crossing[] {
  return lines.filter(isTold).flatMap((line) => {
    const charge = chargeOf(reservation, line.rule.budget.metric)
    const limit = limitAt(line.rule.budget, nowMs)
    const { spent } = line.counter
    return alertAt
      .filter((percent) => spent >= partOf(limit, percent) && spent - charge < partOf(limit, percent))
      .map((percent) => ({ ...standingOf(line, nowMs), percent }))
  })
}

/** The total, and what was taken away, only count; of a window that has ended nothing is told. */
const isTold = ({ rule, ended }: Line): boolean => !ended && rule.budget.limit !== TOTAL.limit
