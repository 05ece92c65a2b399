import { type Price, TOKENS_PER_UNIT, unitPricesFor } from '../meter/price.ts'
import type { Call } from '../wire/call.ts'

/** The output that is compared where the client has given no cap, tokens. */
const USUAL_OUTPUT_TOKENS = 500
const BYTES_PER_TOKEN = 4

/**
 * About what a call costs at a price, nano-USD: to compare deployments by, and never to charge or to reserve. A
 * deployment without a price compares as the dearest.
 */
export function costOf(price: Price | undefined, call: Call): number {
  if (!price) return Number.MAX_SAFE_INTEGER
  const inputTokens = Math.ceil(call.inputBytes / BYTES_PER_TOKEN)
  const outputTokens = (call.maxOutputTokens ?? USUAL_OUTPUT_TOKENS) * call.choices
  const { input, output, perRequest } = unitPricesFor(price, inputTokens)
  return perRequest + Math.ceil((inputTokens * input + outputTokens * output) / Number(TOKENS_PER_UNIT))
}
