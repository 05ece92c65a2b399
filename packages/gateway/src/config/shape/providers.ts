import type { PriceOverride, PriceOverrides, WrittenPrices } from '@tollgate/kit/meter'
import type { Dialect } from '@tollgate/kit/wire'
import { z } from 'zod'
import type { Provider } from '../config.ts'
import { choice, complain, fields, type Later, leaf, text, Wrong } from './fields.ts'
import { baseUrl, limitCount, price } from './leaves.ts'

/** A provider as stated, with the defaults of its dialect. */
export type StatedProvider = Pick<Provider, 'dialect' | 'baseUrl' | 'apiKey' | 'billing'>

const BASE_URL: Readonly<Record<Dialect, string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com',
  gemini: 'https://generativelanguage.googleapis.com/v1beta',
}

const PROVIDER_LATER: Later = {
  auth: 'the key goes out as a bearer token until then',
  meter: 'only tokens are metered until then',
  discount: 'state what you pay under prices until then',
}

const provider: z.ZodType<StatedProvider> = fields(
  {
    dialect: choice<Dialect>(
      { openai: 'openai', anthropic: 'anthropic', gemini: 'gemini' },
      { http: 'only calls to models are metered until then' },
    ),
    baseUrl: baseUrl.optional(),
    apiKey: text().optional(),
    billing: choice({ metered: 'metered', none: 'none' } as const).default('metered'),
  },
  PROVIDER_LATER,
).transform(({ dialect, baseUrl = BASE_URL[dialect], apiKey, billing }) => ({
  dialect,
  baseUrl,
  apiKey,
  billing,
}))

export const providers: z.ZodType<Readonly<Record<string, StatedProvider>>> = z
  .record(z.string(), provider)
  .transform((stated, context) => {
    for (const name of Object.keys(stated).filter((name) => !/^[A-Za-z0-9][\w.-]*$/.test(name))) {
      complain(context, () => 'is no name for a provider: use letters, digits, ".", "_" and "-"', [name])
    }
    return stated
  })

/** Where models may go. */
export interface StatedRoutes {
  /** `provider/model`, in order, by the name that clients ask for. */
  readonly named: Readonly<Record<string, readonly string[]>>
  readonly passthrough: boolean
}

const target = leaf((value) =>
  /^[^/\s]+\/\S+$/.test(value)
    ? value
    : new Wrong((shown) => `${shown} must be a provider and its model, such as "openai/gpt-4o"`),
)

export const routes: z.ZodType<StatedRoutes> = z
  .object({ '*': choice({ passthrough: true }).optional() })
  .catchall(z.array(target).min(1))
  .transform(({ '*': passthrough = false, ...named }) => ({ passthrough, named }))

const optionalPrice = price.optional()

/** What is not stated is priced as the kit says of each. */
const WRITTEN = {
  input: price,
  output: price,
  cached_input: optionalPrice,
  cache_write: optionalPrice,
  cache_write_1h: optionalPrice,
  audio_input: optionalPrice,
  image_input: optionalPrice,
  audio_output: optionalPrice,
  image_output: optionalPrice,
  per_request: optionalPrice,
  web_search: optionalPrice,
  image: optionalPrice,
  audio_minute: optionalPrice,
  characters: optionalPrice,
} satisfies Record<keyof WrittenPrices, z.ZodType>

const served: z.ZodType<WrittenPrices | undefined> = fields(WRITTEN).optional()

const override: z.ZodType<PriceOverride> = fields({
  ...WRITTEN,
  long_context: fields({ ...WRITTEN, above: limitCount }).optional(),
  flex: served,
  priority: served,
  batch: served,
})

export const prices: z.ZodType<PriceOverrides> = z.record(z.string(), override)

/** Lists of prices to be read from files. */
export const priceFiles: z.ZodType<readonly string[]> = z.array(text())
