import { logGamma } from './log-gamma.ts'

/** Events among trials. */
export interface Count {
  readonly events: number
  readonly trials: number
}

/**
 * Fisher's exact test, one side: were both of one rate, the chance that the second had as many events as it has, or
 * more. https://mathworld.wolfram.com/FishersExactTest.html
 */
export function chanceOfRise(before: Count, after: Count): number {
  const events = before.events + after.events
  const trials = before.trials + after.trials
  const most = Math.min(events, after.trials)
  let chance = 0
  for (let some = after.events; some <= most; some += 1) {
    if (events - some > before.trials) continue
    chance += Math.exp(
      logChoose(after.trials, some) + logChoose(before.trials, events - some) - logChoose(trials, events),
    )
  }
  return Math.min(1, chance)
}

function logChoose(from: number, some: number): number {
  return logGamma(from + 1) - logGamma(some + 1) - logGamma(from - some + 1)
}
