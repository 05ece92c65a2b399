import type { PriceOverride, PriceOverrides, WrittenPrices } from '@tollgate/kit/meter'
import type { Dialect } from '@tollgate/kit/wire'
import { z } from 'zod'
import { budgets } from './budget.ts'
import { choice, complain, fields, text } from './fields.ts'
import { HOST_FIELDS } from './host.ts'
import { type StatedHttpProvider, statedHttpProvider } from './http-provider.ts'
import { baseUrl, bucket, discount, limitCount, price } from './leaves.ts'
import { load } from './load.ts'
import { auth, meter, meters } from './meters.ts'
import { type FiledProvider, type StatedProvider, statedProvider } from './model-provider.ts'

export type { StatedProvider } from './model-provider.ts'

const provider: z.ZodType<({ readonly dialect?: undefined | Dialect } & FiledProvider) | StatedHttpProvider> =
  fields({
    dialect: choice<Dialect | 'http'>({
      openai: 'openai',
      anthropic: 'anthropic',
      gemini: 'gemini',
      http: 'http',
    }).optional(),
    preset: text().optional(),
    baseUrl: baseUrl.optional(),
    apiKey: text().optional(),
    apiKeys: z.array(text()).min(1).optional(),
    load: load.optional(),
    budgets,
    billing: choice({ metered: 'metered', none: 'none' } as const).optional(),
    conversations: choice({ refuse: 'refuse', owned: 'owned', shared: 'shared' } as const).optional(),
    buckets: z.array(bucket).optional(),
    models: z.record(z.string(), text()).optional(),
    ...HOST_FIELDS,
    auth: auth.optional(),
    meter: meter.optional(),
    meters: meters.optional(),
    discount: discount.optional(),
  }).transform((stated, context) => {
    const { dialect, auth, billing = 'metered' } = stated
    if (dialect === 'http') return statedHttpProvider({ ...stated, billing }, context)
    if (auth) return complain(context, () => 'is for dialect http: write apiKey', ['auth'])
    return { ...stated, dialect }
  })

export const providers: z.ZodType<Readonly<Record<string, StatedProvider | StatedHttpProvider>>> = z
  .record(z.string(), provider)
  .transform((stated, context) => {
    for (const name of Object.keys(stated).filter((name) => !/^[A-Za-z0-9][\w.-]*$/.test(name))) {
      complain(context, () => 'is no name for a provider: use letters, digits, ".", "_" and "-"', [name])
    }
    const whole = ([name, filed]: [string, FiledProvider | StatedHttpProvider]) => {
      const isApi = 'dialect' in filed && filed.dialect === 'http'
      return [name, isApi ? filed : statedProvider(name, filed as FiledProvider, context)] as const
    }
    return Object.fromEntries(Object.entries(stated).map(whole))
  })

const optionalPrice = price.optional()

/** What is not stated is priced as the kit says of each. */
const WRITTEN = {
  input: price,
  output: price,
  cached_input: optionalPrice,
  cached_audio_input: optionalPrice,
  cached_image_input: optionalPrice,
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
