import type { Dialect } from '../core/dialect.ts'
import type { Endpoint } from './endpoint.ts'
import type { Hosting } from './hosting.ts'
import type { LoadLimits } from './load-limits.ts'
import type { Quirks } from './quirks.ts'

/** Someone who serves models for money, or a server of one's own. */
export interface Provider {
  readonly name: string
  readonly dialect: Dialect
  /** The endpoints of its dialect that it has; all of them when absent. Others are served by translation where they can be. */
  readonly endpoints?: readonly Endpoint[]
  /** Up to and including the version segment: `https://api.openai.com/v1`. */
  readonly baseUrl: string
  /** Sent upstream in place of the client's own credentials. */
  readonly apiKey?: string
  /** Several keys in its place: each is a deployment of its own, and one that is used up rests while the others work. */
  readonly apiKeys?: readonly string[]
  /** How much at once each of its models is asked to do. */
  readonly load?: LoadLimits
  /**
   * Where it has a budget of its own: the account that each of its calls is held on as well, in the books of the caller's
   * org. Several keys may have one each.
   */
  readonly account?: `provider:${string}`
  /** `none`: what it serves costs nothing, and passes an exhausted budget in USD. */
  readonly billing?: 'metered' | 'none'
  /**
   * Who may go on with what it stores, which it keeps for whoever has its key: nobody, as a rule; whoever made it (`owned`,
   * where an owner-check is mounted that knows); or everybody here (`shared`), where all callers are one tenant.
   */
  readonly conversations?: 'refuse' | 'owned' | 'shared'
  /**
   * Where callers may have it read and write in the operator's own cloud, by prefixes of addresses (`gs://acme-inputs`,
   * `s3://acme-inputs/for-all`), which are everybody's here. Nowhere by default where things are `owned`: it would do that
   * with the operator's credentials, and what is in a bucket has no owner that is known here. Elsewhere nobody asks.
   */
  readonly buckets?: readonly string[]
  /** Its id in the price data, where neither its name nor its URL says it. */
  readonly priceAs?: string
  /** Where it differs from whoever's dialect it speaks. */
  readonly quirks?: Quirks
  /** How its calls are addressed and authorised, where a base URL and a key in the dialect's own header do not do. */
  readonly hosting?: Hosting
  /** The model behind a name of one's own (a deployment of Azure's): whose price and limits the name has. */
  readonly models?: Readonly<Record<string, string>>
  /** Models that it serves in another dialect than the rest, or at other addresses: the first that matches. */
  readonly apart?: readonly ModelsApart[]
}

/** Some of a provider's models, and what is different about it for them. */
export interface ModelsApart {
  readonly models: RegExp
  readonly as: Partial<Omit<Provider, 'name' | 'apart'>>
}

/** A model at a provider, under the provider's own name for it. */
export interface Deployment {
  readonly provider: Provider
  readonly model: string
  /** Which of its provider's keys, where there are several: `1`, `2` … */
  readonly key?: string
}

/** A model at a provider, as that serves this one. */
export function deploymentAt(provider: Provider, model: string): Deployment {
  const behind = modelBehind({ provider, model })
  const part = provider.apart?.findIndex(({ models }) => models.test(behind)) ?? -1
  return { provider: part === -1 ? provider : partOf(provider, part), model }
}

const parts = new WeakMap<Provider, Map<number, Provider>>()

/** The same object each time, since what is known of a provider is kept by it. */
function partOf(provider: Provider, part: number): Provider {
  const known = parts.get(provider) ?? new Map<number, Provider>()
  parts.set(provider, known)
  const own = known.get(part) ?? { ...provider, ...provider.apart![part]!.as }
  known.set(part, own)
  return own
}

/** The model that a deployment is of, by the name that everybody knows it by. */
export function modelBehind({ provider: { models }, model }: Deployment): string {
  return models && Object.hasOwn(models, model) ? models[model]! : model
}

/** What a price book is asked about a deployment, or about another model that its provider has answered with. */
export function priceQuery({ provider, model }: Deployment, answered: string = model) {
  const { name, billing, baseUrl, priceAs } = provider
  return { provider: name, model: modelBehind({ provider, model: answered }), billing, baseUrl, priceAs }
}
