import { TollgateError } from '../core/errors.ts'
import { showUsd } from '../core/money.ts'
import type { Metric } from '../ledger/ledger.ts'
import { type Bounds, boundsOf, type Enforcement, isFreeOfCharge, type Unboundable } from '../meter/bounds.ts'
import type { CallCaps, OverCap } from '../meter/call-caps.ts'
import { mediaBoundsOf } from '../meter/media-bounds.ts'
import { pictured } from '../meter/media-prices.ts'
import { type ModelLimits, modelLimits } from '../meter/model-limits.ts'
import { FREE, type Price } from '../meter/price.ts'
import type { PriceBook } from '../meter/price-book.ts'
import type { SeenInput } from '../meter/sent-before.ts'
import type { TypicalOutput } from '../meter/typical-output.ts'
import type { Call } from '../wire/call.ts'
import type { Media } from '../wire/media.ts'
import { type Deployment, modelBehind, priceQuery } from '../wire/routes.ts'

/** What a call may cost where it is served, and by which price and limits that is known. */
export interface Demand {
  readonly deployment: Deployment
  readonly price: Price
  readonly limits: ModelLimits
  readonly bounds: Bounds
}

export interface DemandOptions {
  readonly prices: PriceBook
  readonly nearLimit: 'refuse' | 'cap'
  /** Whether a stream may be reserved for bit by bit; `hard` by default. */
  readonly enforcement?: Enforcement
  /** The smallest hard limits over the caller, by metric. */
  readonly smallest: Partial<Record<Metric, number>>
  readonly typicalOutput: TypicalOutput | undefined
  /** What one call may be at the most, whatever the budget has left. */
  readonly caps?: CallCaps | undefined
  /** Whether the call may ask for its cache to be kept for an hour; taken to be so by default. */
  readonly longWrites?: boolean
  /** How much of the call was sent to a deployment before. */
  readonly seenAt?: (deployment: Deployment) => SeenInput | undefined
  /** How much input the call has at a deployment besides its own bytes, tokens; undefined where nobody knows. */
  readonly storedAt?: (deployment: Deployment) => number | undefined
}

const limitsOf = modelLimits()

/** The names of the fields that ask for it, wherever they stand; and the escapes in which a name can be spelt. */
const ASKS_FOR_LONG_WRITES = /ttl|retention|\\u/

/** Whether a request may ask that what it writes to a cache be kept for an hour or more, which is dearer. */
export function mayWriteLong(text: string): boolean {
  return ASKS_FOR_LONG_WRITES.test(text)
}

/**
 * Price and bound a call at a deployment.
 *
 * @throws TollgateError `price_unknown` where a budget needs to know and cannot; `cap_exceeded` where it is beyond what one
 * call may be.
 */
export function demandOf(call: Call, deployment: Deployment, options: DemandOptions): Demand {
  if (call.media) return mediaDemandOf({ ...call, media: call.media }, deployment, options)
  const price = isFreeOfCharge(call.endpoint)
    ? nothingFor(options.prices)
    : priceOf(deployment, options.prices)
  const limits = limitsFor(call, deployment)
  const whole = withStored(call, options.storedAt?.(deployment))
  const bounds = boundsOf(withSearches(whole, deployment.model, price), price, limits, {
    ...options,
    servedIn: deployment.provider.dialect,
    seen: options.seenAt?.(deployment),
  })
  if (bounds.status === 'over_cap') throw overCap(bounds, options.caps)
  if (bounds.status === 'unboundable') throw unboundable(bounds, call, deployment.model)
  return { deployment, price, limits, bounds }
}

/** The same of a call for pictures or sound, whose size no cap holds. */
function mediaDemandOf(
  call: Call & { readonly media: Media },
  deployment: Deployment,
  { prices, smallest, caps }: DemandOptions,
): Demand {
  const { model } = deployment
  const { media } = call
  const listed = priceOf(deployment, prices)
  const price = media.kind === 'pictures' ? pictured(listed, media) : listed
  const limits = limitsOf(model)
  const bounds = mediaBoundsOf({ call, model, price, limits, smallest, caps })
  if (bounds.status === 'over_cap') throw overCap(bounds, caps)
  if (bounds.status === 'unboundable') throw unboundable(bounds, call, model)
  return { deployment, price, limits, bounds }
}

/** What a call costs that no provider bills. */
function nothingFor({ version }: PriceBook): Price {
  return { ...FREE, tiers: [], source: 'free', version }
}

/** A known model that may hide what it thinks hides nothing where a client of its own dialect tells it not to think. */
export function limitsFor({ withoutReasoning, dialect }: Call, { provider, model }: Deployment): ModelLimits {
  const limits = limitsOf(modelBehind({ provider, model }))
  const shown = withoutReasoning === true && provider.dialect === dialect && limits.maxOutput !== undefined
  return shown ? { ...limits, hiddenReasoning: false } : limits
}

/** What it goes on with is input as well. Each of its tokens is one, as each byte of the request may be. */
function withStored(call: Call, tokens: number | undefined): Call {
  if (!call.storedInput || tokens === undefined) return call
  return { ...call, unboundedInput: false, inputBytes: call.inputBytes + tokens }
}

/** `gpt-4o-search-preview`, `gpt-5-search-api`: https://platform.openai.com/docs/guides/tools-web-search */
const SEARCHES = /-search(?:-|$)/

/** Some models search the web with every call, and are billed for it: so many tokens more, and a fee that only a price per request covers. */
function withSearches(call: Call, model: string, price: Price): Call {
  if (!SEARCHES.test(model)) return call
  const unpriced = price.perRequest > 0 ? call.unpriced : [...call.unpriced, 'model']
  return { ...call, unboundedInput: true, unpriced }
}

/** The price of a deployment. @throws TollgateError `price_unknown` under `unknown_price: refuse`. */
function priceOf(deployment: Deployment, prices: PriceBook): Price {
  const price = prices.price(priceQuery(deployment))
  if (price) return price
  throw new TollgateError('price_unknown', {
    param: 'model',
    message: `The price of ${deployment.model} is not known, so what it may cost is not either. Ask your administrator to add it to the prices.`,
  })
}

/** A call that is beyond what one call of its caller may be. */
export function overCap({ cap }: Pick<OverCap, 'cap'>, caps: CallCaps = {}): TollgateError<'cap_exceeded'> {
  const { maxOutputTokens, maxCostNanoUsd } = caps
  return new TollgateError('cap_exceeded', {
    message:
      cap === 'cost'
        ? `One request of yours may cost at most ${showUsd(maxCostNanoUsd ?? 0)}, and this one may cost more. Send less, lower its cap on output tokens, or choose a cheaper model.`
        : `An answer of yours may have at most ${maxOutputTokens} tokens, and this request asks for more. Lower its cap on output tokens.`,
  })
}

function unboundable({ reason }: Unboundable, call: Call, model: string): TollgateError {
  const [feature = 'model'] = call.unpriced
  if (reason === 'unpriced') {
    return new TollgateError('price_unknown', {
      param: feature,
      message:
        feature === 'model'
          ? `${model} searches the web at a fee that is not in the prices, and a budget stands over this request. Choose another model.`
          : `What \`${feature}\` costs is not bounded by any count of tokens, and a budget stands over this request. Leave it out.`,
    })
  }
  if (reason === 'length') {
    return new TollgateError('price_unknown', {
      param: 'file',
      message:
        'How long this recording plays cannot be told from its file, and a budget stands over it. Send it as WAV, FLAC, MP3, M4A with AAC, or Ogg or WebM with Opus.',
    })
  }
  if (reason === 'input') {
    return new TollgateError('price_unknown', {
      message: `How many tokens the images, files or audio in this request are is not known for ${call.model}, and a budget stands over it. Send text only.`,
    })
  }
  return new TollgateError('invalid_request', {
    message: 'This request may cost more than any budget holds. Lower its cap on output tokens.',
  })
}
