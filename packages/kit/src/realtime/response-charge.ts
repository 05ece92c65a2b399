import type { Amounts } from '../ledger/ledger.ts'
import { estimatedCharge, estimateUsage } from '../meter/estimate.ts'
import { type Charge, chargeOf } from '../toll/charge.ts'
import { typicalKey } from '../toll/habits.ts'
import type { Toll } from '../toll/toll.ts'
import type { Usage } from '../wire/usage.ts'
import type { SeenOutput } from './seen-output.ts'

/** What a response costs by the provider's own usage. */
export function exactCharge({ demand }: Toll, usage: Usage): Charge {
  return chargeOf(usage, demand!.price, 'exact')
}

/** What a response has cost so far, by what the client has been sent of it: for heartbeats. */
export async function observedAmounts({ demand, granted }: Toll, seen: SeenOutput): Promise<Amounts> {
  const { bounds, limits } = demand!
  if (limits.hiddenReasoning) return granted
  return estimatedCharge({ input: bounds.inputTokens, output: await seen.count() }, bounds, granted)
}

/**
 * What a response that was broken off is charged: what the client has been sent of it, and what may have been under way;
 * never more than was reserved.
 */
export async function estimateOf(toll: Toll, seen: SeenOutput, nowMs: number): Promise<Charge> {
  const { bounds, limits } = toll.demand!
  const usage = estimateUsage(
    {
      inputTokens: bounds.inputTokens,
      outputTokensSeen: await seen.count(),
      stream: true,
      sinceDispatchMs: Math.max(0, nowMs - (toll.sentAtMs ?? nowMs)),
      outputMs: (seen.lastAtMs ?? 0) - (seen.firstAtMs ?? 0),
      cap: toll.cap,
    },
    bounds,
    limits,
  )
  const { usd, tokens } = estimatedCharge(usage, bounds, toll.granted)
  return { nanoUsd: usd, tokens, basis: 'estimated', usage }
}

/** What the answers of this caller and model are like: the next reservation goes by it. */
export function learnOutput(
  { principal, booth, demand, cap }: Toll,
  { output, audioOutput = 0 }: Usage,
): void {
  const tokens = output + audioOutput
  // A response that our own cap has cut says nothing about how long it would have been.
  if (cap !== undefined && tokens >= cap) return
  booth.typical.record(typicalKey(principal), demand!.deployment.model, tokens)
}
