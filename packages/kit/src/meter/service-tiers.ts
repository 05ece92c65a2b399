import { scalePrices } from './given-prices.ts'
import type { ModelPrices } from './price.ts'

/** What `priority` costs at most, in percent of the usual price; the first row that fits holds. */
interface Premium {
  /** The provider's id in the price data. */
  readonly provider?: string
  readonly models?: RegExp
  readonly percent: number
  readonly source: string
}

/**
 * OpenAI publishes a price for each model: 1.7 to 2 times the usual one, and 2.5 times for GPT-5.5. Google asks 75 to 100 %
 * more. Anthropic sells capacity ahead, by contract, so that the usual price stands for it. Of others nothing is known, and
 * they have the dearest that is.
 */
const PREMIUMS: readonly Premium[] = [
  {
    provider: 'openai',
    models: /^gpt-5\.5/i,
    percent: 250,
    source: 'https://openai.com/api-priority-processing/',
  },
  { provider: 'openai', percent: 200, source: 'https://openai.com/api-priority-processing/' },
  { provider: 'google', percent: 200, source: 'https://ai.google.dev/gemini-api/docs/optimization' },
  {
    provider: 'anthropic',
    percent: 100,
    source: 'https://platform.claude.com/docs/en/api/service-tiers',
  },
  { percent: 250, source: 'https://openai.com/api-priority-processing/' },
]

/**
 * Prices with one for `priority`, where none is stated: the usual one times the premium that is documented, since what is
 * served sooner is never cheaper. `flex` and `batch`, half price as a rule, are billed as usual until somebody states less.
 *
 * @param provider The provider's id in the price data; undefined where it is not in it.
 */
export function withPriority(prices: ModelPrices, provider: string | undefined, model: string): ModelPrices {
  if (prices.serviceTiers?.priority) return prices
  const fits = (premium: Premium) =>
    (premium.provider ?? provider) === provider && (premium.models?.test(model) ?? true)
  const { percent } = PREMIUMS.find(fits)!
  return { ...prices, serviceTiers: { ...prices.serviceTiers, priority: scalePrices(prices, percent) } }
}
