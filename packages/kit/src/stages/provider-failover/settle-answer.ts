import { chargeOn } from '../../toll/toll.ts'
import type { Trip } from './trip.ts'

/**
 * On the way back: say of the attempt that was the answer what it has cost. A whole answer is charged before its last byte
 * leaves; one that broke off, or was left, when whoever settles has counted what came of it.
 */
export function settleAnswer(trip: Trip): void {
  const { toll } = trip
  const tell = () => tellCharge(trip)
  if (!toll || toll.ended) tell()
  else toll.onCharged = tell
}

/** What is charged for the request, without the attempts before this one. */
function tellCharge({ toll, made, answer }: Trip): void {
  if (!answer) return
  if (!toll) return answer.tell()
  const chargedNanoUsd = (chargeOn(toll)?.nanoUsd ?? 0) - (toll.lostAttempts?.nanoUsd ?? 0)
  made[answer.at] = { ...made[answer.at]!, chargedNanoUsd }
  answer.tell(chargedNanoUsd)
}
