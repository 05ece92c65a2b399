import type { IncomingMessage } from 'node:http'
import type { Dialect } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import { slot } from '../core/slot.ts'
import type { Call } from './call.ts'
import type { Endpoint } from './endpoint.ts'

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
  /** `none`: what it serves costs nothing, and passes an exhausted budget in USD. */
  readonly billing?: 'metered' | 'none'
}

/** A model at a provider, under the provider's own name for it. */
export interface Deployment {
  readonly provider: Provider
  readonly model: string
}

/** What a price book is asked about a deployment, or about another model that its provider has answered with. */
export function priceQuery({ provider, model }: Deployment, answered: string = model) {
  const { name, billing, baseUrl } = provider
  return { provider: name, model: answered, billing, baseUrl }
}

/** Where a model name that clients ask for may go, in order; empty when nowhere. */
export interface Routes {
  resolve(model: string, dialect: Dialect): readonly Deployment[]
  /** Whether a name may be asked for here; it may be, and go nowhere, while nobody on its way can be called. */
  serves(model: string): boolean
  /** The model names with a route of their own. */
  readonly models: readonly string[]
}

/** The deployments of this request, ordered once: the first prices the reservation. */
export const route = slot<readonly Deployment[]>()('route', 'budget-reserve or provider-failover')

export interface ModelRoutesOptions {
  readonly providers: readonly Provider[]
  /**
   * Model name → `provider/model` in order; `*` → `passthrough` serves any other name under that name. A name with an
   * empty list is known, and refused with `provider_unavailable` for as long as nobody serves it.
   */
  readonly routes?: Readonly<Record<string, readonly string[] | 'passthrough'>>
  /**
   * The provider that is known for a model, for names that pass through; else they go to the first of the client's dialect,
   * else to the first, translated.
   */
  readonly providerOf?: (model: string) => string | undefined
}

/**
 * Model names → deployments, resolved at assembly.
 *
 * @throws RangeError when a route names a provider that is not there.
 */
export function modelRoutes({
  providers,
  routes = { '*': 'passthrough' },
  providerOf = () => undefined,
}: ModelRoutesOptions): Routes {
  const byName = new Map(providers.map((provider) => [provider.name, provider]))
  const named = new Map<string, readonly Deployment[]>()
  for (const [model, targets] of Object.entries(routes)) {
    if (model === '*' || targets === 'passthrough') continue
    named.set(
      model,
      targets.map((target) => deploymentOf(target, byName)),
    )
  }
  const fallback = routes['*']
  const wildcard =
    fallback === undefined || fallback === 'passthrough'
      ? undefined
      : fallback.map((target) => deploymentOf(target, byName))
  return {
    models: [...named.keys()],
    serves: (model) => named.has(model) || fallback !== undefined,
    resolve(model, dialect) {
      const own = named.get(model)
      if (own) return own
      if (wildcard) return wildcard
      if (fallback !== 'passthrough') return []
      const known = byName.get(providerOf(model) ?? '')
      const provider = known ?? providers.find((each) => each.dialect === dialect) ?? providers[0]
      return provider ? [{ provider, model }] : []
    },
  }
}

function deploymentOf(target: string, providers: ReadonlyMap<string, Provider>): Deployment {
  const slash = target.indexOf('/')
  const provider = providers.get(target.slice(0, slash))
  if (slash < 1 || !provider)
    throw new RangeError(`"${target}" is not a target: write provider/model, with a configured provider`)
  return { provider, model: target.slice(slash + 1) }
}

/**
 * The deployments of a request, ordered once.
 *
 * @throws TollgateError `model_not_found` for a name without a route, `provider_unavailable` for one that goes nowhere.
 */
export function routeOf(
  req: IncomingMessage,
  call: Call,
  routes: Routes,
): readonly [Deployment, ...Deployment[]] {
  const [first, ...others] = route.peek(req) ?? routes.resolve(call.model, call.dialect)
  if (!first) throw routes.serves(call.model) ? nobodyEnabled(call.model) : notFound(call.model)
  const deployments = [first, ...others] as const
  if (!route.given(req)) route.set(req, deployments)
  return [...deployments]
}

function notFound(model: string): TollgateError {
  return new TollgateError('model_not_found', {
    param: 'model',
    message: `No provider serves ${model} here.`,
  })
}

/** The name is right and the way is closed, which only an operator can open: asking again does not help. */
function nobodyEnabled(model: string): TollgateError {
  return new TollgateError('provider_unavailable', {
    param: 'model',
    message: `No provider that serves ${model} is enabled here. Ask your administrator to give one its key.`,
    headers: { 'x-should-retry': 'false' },
  })
}
