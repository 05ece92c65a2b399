import { usdToNano } from '../core/money.ts'
import type { UnitPrices } from './price.ts'

/** A contract price, or one the book gets wrong: decimal strings, USD per million tokens. */
export interface PriceOverride {
  readonly input: string
  readonly output: string
  /** As `input` when absent, and so are the next two. */
  readonly cached_input?: string | undefined
  readonly cache_write?: string | undefined
  /** Cache writes that live an hour; writes are charged at the dearer of the two. */
  readonly cache_write_1h?: string | undefined
  /** As `input` when absent. */
  readonly audio_input?: string | undefined
  /** As `output` when absent. */
  readonly audio_output?: string | undefined
  /** USD for each request, on top. */
  readonly per_request?: string | undefined
}

/** By model, or by `provider/model`, which wins. */
export type PriceOverrides = Readonly<Record<string, PriceOverride>>

const FIELDS: ReadonlySet<string> = new Set([
  'input',
  'output',
  'cached_input',
  'cache_write',
  'cache_write_1h',
  'audio_input',
  'audio_output',
  'per_request',
])

/** Read overrides once, at assembly. @throws TypeError or RangeError that names the model and the field. */
export function readOverrides(overrides: PriceOverrides): ReadonlyMap<string, UnitPrices> {
  return new Map(
    Object.entries(overrides).map(([key, override]) => [overrideKey(key), readOverride(key, override)]),
  )
}

/** Names of models are compared without regard to case, as the book itself does. */
export function overrideKey(name: string): string {
  return name.trim().toLowerCase()
}

function readOverride(key: string, override: PriceOverride): UnitPrices {
  for (const field of Object.keys(override)) {
    if (!FIELDS.has(field))
      throw new TypeError(`prices["${key}"].${field} is not a price; use ${[...FIELDS].join(', ')}`)
  }
  const nano = (field: keyof PriceOverride): number | undefined => {
    const usd = override[field]
    if (usd === undefined) return undefined
    try {
      return usdToNano(usd)
    } catch (cause) {
      throw new RangeError(`prices["${key}"].${field}: ${(cause as Error).message}`, { cause })
    }
  }
  const input = nano('input')
  const output = nano('output')
  if (input === undefined || output === undefined) {
    throw new TypeError(
      `prices["${key}"] needs input and output, in USD per million tokens ("0" for no charge)`,
    )
  }
  const writes = [nano('cache_write'), nano('cache_write_1h')].filter((price) => price !== undefined)
  return {
    input,
    cachedInput: nano('cached_input') ?? input,
    cacheWrite: writes.length > 0 ? Math.max(...writes) : input,
    audioInput: nano('audio_input') ?? input,
    output,
    audioOutput: nano('audio_output') ?? output,
    perRequest: nano('per_request') ?? 0,
  }
}
