import type { NanoUsd } from '../core/money.ts'
import type { Call } from '../wire/call.ts'
import { TOKENS_PER_UNIT, type UnitPrices } from './price.ts'

/** How much one call may be and cost at the most, whatever its budget has left. */
export interface CallCaps {
  /** Of one choice. */
  readonly maxOutputTokens?: number
  readonly maxCostNanoUsd?: NanoUsd
}

/** A call that is beyond a cap, and that no shorter answer brings under it; or whose client wants no shorter one. */
export interface OverCap {
  readonly status: 'over_cap'
  readonly cap: 'output' | 'cost'
}

export interface CappedOutput {
  readonly outputTokens: number
  /** It is less than the model would give: the provider has to be told. */
  readonly capped: boolean
}

export interface UncappedCall {
  readonly call: Pick<Call, 'choices' | 'maxOutputTokens' | 'leastOutputTokens'>
  readonly unit: Pick<UnitPrices, 'input' | 'output' | 'perRequest'>
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A shorter answer is hardly one. */
const LEAST_OUTPUT_TOKENS = 16

/** The output, per choice, that caps leave to a call whose client gave none of its own; a client's own is never shortened. */
export function underCaps(
  { call, unit, inputTokens, outputTokens }: UncappedCall,
  { maxOutputTokens = Number.POSITIVE_INFINITY, maxCostNanoUsd }: CallCaps,
): CappedOutput | OverCap {
  const { choices, maxOutputTokens: asked, leastOutputTokens = 1 } = call
  if (asked !== undefined && outputTokens > maxOutputTokens) return { status: 'over_cap', cap: 'output' }
  const paid = paidOutput({ unit, inputTokens, choices }, maxCostNanoUsd)
  const least = asked ?? Math.min(outputTokens, Math.max(LEAST_OUTPUT_TOKENS, leastOutputTokens))
  if (paid < Math.min(least, outputTokens)) return { status: 'over_cap', cap: 'cost' }
  const most = Math.min(outputTokens, maxOutputTokens, paid)
  return { outputTokens: most, capped: most < outputTokens }
}

/** The output, per choice, that a cost pays for besides the input; less than none where that alone costs more. */
function paidOutput(
  { unit, inputTokens, choices }: Pick<UncappedCall, 'unit' | 'inputTokens'> & { readonly choices: number },
  nanoUsd: NanoUsd | undefined,
): number {
  if (nanoUsd === undefined) return Number.POSITIVE_INFINITY
  const forInput = BigInt(inputTokens) * BigInt(unit.input)
  const forOutput = BigInt(nanoUsd - unit.perRequest) * TOKENS_PER_UNIT - forInput
  if (forOutput < 0n) return -1
  return unit.output > 0
    ? Number(forOutput / (BigInt(unit.output) * BigInt(choices)))
    : Number.POSITIVE_INFINITY
}
