import type { IncomingMessage } from 'node:http'
import type { Dialect } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import { slot } from '../core/slot.ts'
import type { Call } from './call.ts'
import type { Deployment, Provider } from './provider.ts'
import { openPlaces, type RouteTableOptions, routeTable } from './route-table.ts'

export { type Deployment, modelBehind, type Provider, priceQuery } from './provider.ts'

/** Where a model name that clients ask for may go, in order; empty when nowhere. */
export interface Routes {
  /** @param asker whoever asks; without it, as the routes are written. */
  resolve(model: string, dialect: Dialect, asker?: RouteAsker): readonly Deployment[]
  /** Whether a name may be asked for here; it may be, and go nowhere, while nobody on its way can be called. */
  serves(model: string): boolean
  /** The model names with a route of their own. */
  readonly models: readonly string[]
  /** Everybody whom requests may go to: what stages have to be mounted follows from them. */
  readonly providers?: readonly Provider[]
  /** What is to be done where a route fails, or is too dear; the defaults where absent. */
  rules?(model: string): RouteRules | undefined
  /** What a call would cost at a deployment, nano-USD: to compare, not to charge. */
  costOf?(deployment: Deployment, call: Call): number
}

/** What the order of a route may depend on, and who may not go all of it. */
export interface RouteAsker {
  readonly call: Call
  /** Names the caller: what is sticky stays with it. */
  readonly caller?: { readonly org: string; readonly user?: string; readonly key?: string } | undefined
  /** Whether a model is open to the caller: a route leads to no other, but for the first of its own. */
  readonly allows?: ((model: string) => boolean) | undefined
}

export interface RouteRules {
  /**
   * Failures that are the request's own, and that another deployment may mend: a larger model, another provider, any.
   * All three by default.
   */
  readonly rescues?: readonly ('context_window' | 'content_filter' | 'model_not_found')[]
  /** When the next cheaper deployment is taken instead; never by default. */
  readonly downgrade?: Downgrade
}

export interface Downgrade {
  /** Once so many percent of the caller's tightest budget are spent or reserved. */
  readonly abovePercent?: number
  /** When the preferred deployment does not fit the budget, rather than refuse. */
  readonly whenShort?: boolean
}

/** The deployments of this request, ordered once: the first prices the reservation. */
export const route = slot<readonly Deployment[]>()('route', 'budget-reserve or provider-failover')

export interface ModelRoutesOptions {
  readonly providers: readonly Provider[]
  /**
   * Model name, or a pattern over names (`claude-*`) → `provider/model` in order, `provider/*` for the name that was asked
   * for; `*` → `passthrough` serves any other name under that name. A name with an empty list is known, and refused with
   * `provider_unavailable` for as long as nobody serves it.
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
  const table = routeTable({ providers, routes: written(routes), providerOf })
  return {
    providers,
    models: table.models,
    serves: table.serves,
    resolve(model, dialect, asker) {
      const found = table.find(model, dialect)
      if (!found) return []
      return asker?.allows
        ? openPlaces(found.places, asker.allows).flatMap(({ seats }) => seats)
        : found.seats
    },
  }
}

function written(routes: NonNullable<ModelRoutesOptions['routes']>): RouteTableOptions<undefined>['routes'] {
  return Object.fromEntries(
    Object.entries(routes).map(([name, targets]) => [
      name,
      targets === 'passthrough' ? targets : { targets: targets.map((to) => ({ to })), rules: undefined },
    ]),
  )
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
  asker: Omit<RouteAsker, 'call'> = {},
): readonly [Deployment, ...Deployment[]] {
  const known = route.peek(req)
  const deployments = known ?? deploymentsOf(call, routes, { ...asker, call })
  if (!known) route.set(req, deployments)
  return deployments as readonly [Deployment, ...Deployment[]]
}

/**
 * Where a call may go, in order, where no request carries it along.
 *
 * @throws TollgateError `model_not_found`, `provider_unavailable`: as {@link routeOf}.
 */
export function deploymentsOf(
  { model, dialect }: Pick<Call, 'model' | 'dialect'>,
  routes: Routes,
  asker?: RouteAsker,
): readonly Deployment[] {
  const deployments = routes.resolve(model, dialect, asker)
  if (deployments.length > 0) return deployments
  throw routes.serves(model) ? nobodyEnabled(model) : notFound(model)
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
