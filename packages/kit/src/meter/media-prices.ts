import { usdToNano } from '../core/money.ts'
import type { Pictures } from '../wire/media.ts'
import { completePrices, type GivenPrices } from './given-prices.ts'
import { FREE, type ModelPrices, type Price } from './price.ts'

interface StatedPrice {
  readonly models: RegExp
  readonly prices: ModelPrices
  /** The provider's page to check it against. */
  readonly source: string
}

const PRICING = 'https://platform.openai.com/docs/pricing'
const MODELS = 'https://platform.openai.com/docs/models'

/** Prices of pictures and sound that OpenAI publishes and the built-in list does not have, or not kind by kind. */
const STATED: readonly StatedPrice[] = [
  {
    models: /^gpt-image-2\.[56]-/,
    prices: priced({
      input: usd('5'),
      cachedInput: usd('1.25'),
      imageInput: usd('8'),
      cachedImageInput: usd('2'),
      output: usd('30'),
      imageOutput: usd('30'),
    }),
    source: `${MODELS}/gpt-image-2.6-sunburst`,
  },
  {
    // Whichever ChatGPT draws with at the moment: its page had the prices of gpt-image-1.5 when that was it, in March 2026.
    models: /^chatgpt-image-latest$/,
    prices: priced({
      input: usd('5'),
      cachedInput: usd('1.25'),
      imageInput: usd('8'),
      cachedImageInput: usd('2'),
      output: usd('10'),
      imageOutput: usd('32'),
    }),
    source: PRICING,
  },
  {
    models: /^gpt-4o-mini-tts/,
    // All that comes out is sound.
    prices: priced({ input: usd('0.60'), output: usd('12'), audioOutput: usd('12') }),
    source: `${MODELS}/gpt-4o-mini-tts`,
  },
  {
    models: /^tts-1-hd/,
    prices: byPiece({ perMillionCharacters: usd('30') }),
    source: 'https://developers.openai.com/api/docs/models/tts-1-hd',
  },
  {
    models: /^tts-1/,
    prices: byPiece({ perMillionCharacters: usd('15') }),
    source: 'https://developers.openai.com/api/docs/models/tts-1',
  },
  {
    // The page of dall-e-3 says that it is shut down, and has no price any more: these are the last that were told.
    models: /^dall-e-3/,
    prices: {
      ...byPiece({ perImage: usd('0.12') }),
      pictures: {
        'standard/1024x1024': usd('0.04'),
        'standard/1024x1792': usd('0.08'),
        'standard/1792x1024': usd('0.08'),
        'hd/1024x1024': usd('0.08'),
        'hd/1024x1792': usd('0.12'),
        'hd/1792x1024': usd('0.12'),
      },
    },
    source: `${MODELS}/dall-e-3`,
  },
  {
    models: /^dall-e-2/,
    prices: {
      ...byPiece({ perImage: usd('0.02') }),
      pictures: {
        'standard/256x256': usd('0.016'),
        'standard/512x512': usd('0.018'),
        'standard/1024x1024': usd('0.02'),
      },
    },
    source: `${MODELS}/dall-e-2`,
  },
  {
    models: /^(omni|text)-moderation-/,
    prices: { ...FREE, tiers: [] },
    source: 'https://platform.openai.com/docs/guides/moderation',
  },
]

function usd(price: string): number {
  return usdToNano(price)
}

function priced(given: GivenPrices): ModelPrices {
  return { ...completePrices(given), tiers: [] }
}

/** No token is billed. */
function byPiece(fee: Partial<GivenPrices>): ModelPrices {
  return priced({ input: 0, ...fee })
}

/** Whose models these are: OpenAI's own, and those that it licenses. */
const SELLERS: ReadonlySet<string | undefined> = new Set(['openai', 'azure'])

/** The stated price of a model for pictures or sound; undefined for every other. `provider`: its id in the price data. */
export function statedMediaPrice(provider: string | undefined, model: string): ModelPrices | undefined {
  if (!SELLERS.has(provider)) return undefined
  const name = model.toLowerCase()
  return STATED.find(({ models }) => models.test(name))?.prices
}

/** Of a request that says neither. */
const USUAL = { quality: 'standard', size: { width: 1_024, height: 1_024 } }

/** The price of a call for pictures: where they are billed by the piece, that of its size and quality, or the dearest. */
export function pictured(price: Price, { size = USUAL.size, quality = USUAL.quality }: Pictures): Price {
  const each = price.pictures?.[`${quality}/${size.width}x${size.height}`]
  return each === undefined ? price : { ...price, perImage: each }
}
