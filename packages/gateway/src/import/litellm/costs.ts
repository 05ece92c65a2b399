import type { WrittenPrices } from '@tollgate/kit/meter'
import type { Mapping } from '../../mapping.ts'
import { shifted } from './decimal.ts'
import type { Notes } from './note.ts'

/** USD per token there, USD per million of them here: https://docs.litellm.ai/docs/proxy/custom_pricing */
const FIELD_OF: Readonly<Record<string, keyof WrittenPrices>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cached_input',
  cache_creation_input_token_cost: 'cache_write',
  input_cost_per_audio_token: 'audio_input',
  output_cost_per_audio_token: 'audio_output',
}

/** The parameters that `costsOf` reads. */
export const COST_PARAMS: readonly string[] = Object.keys(FIELD_OF)

/** What a deployment is stated to cost, as `prices` has it; undefined where that is not said, or is not said of both ways. */
export function costsOf(
  params: Mapping,
  info: Mapping,
  item: string,
  notes: Notes,
): WrittenPrices | undefined {
  const price: { -readonly [Kind in keyof WrittenPrices]?: string } = {}
  for (const [from, field] of Object.entries(FIELD_OF)) {
    const usd = shifted(params[from] ?? info[from], 6)
    if (usd !== undefined) price[field] = usd
  }
  // What reads vectors out of a text writes no tokens.
  if (info.mode === 'embedding' && price.input !== undefined) price.output ??= '0'
  const { input, output } = price
  if (input !== undefined && output !== undefined) return { ...price, input, output }
  if (Object.keys(price).length > 0)
    notes.left(`${item} costs`, 'a price here says input and output: state both under prices')
  return undefined
}

/** Whether nothing is ever paid. */
export function isFree(costs: WrittenPrices): boolean {
  return Object.values(costs).every((usd) => usd === '0')
}
