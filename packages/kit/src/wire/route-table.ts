import type { Dialect } from '../core/dialect.ts'
import { modelPattern } from './model-pattern.ts'
import { type Deployment, deploymentAt, type Provider } from './provider.ts'

/** One target of a route, with all the keys that its provider has. */
export interface RoutePlace {
  /** `openai/gpt-4o`. */
  readonly id: string
  /** How much of the traffic it gets, where that goes by weight; 1 by default. */
  readonly weight: number
  /** One for each key. */
  readonly seats: readonly Deployment[]
}

/** A target as it is written: `provider/model`, or `provider/*` for the model under the name it was asked for by. */
export interface RouteTarget {
  readonly to: string
  readonly weight?: number
}

export interface WrittenRoute<Rules> {
  readonly targets: readonly RouteTarget[]
  readonly rules: Rules
}

export interface RouteTableOptions<Rules> {
  readonly providers: readonly Provider[]
  /** By the name that clients ask for, by a pattern over names (`claude-*`), or `*` for any other. */
  readonly routes: Readonly<Record<string, WrittenRoute<Rules> | 'passthrough'>>
  readonly providerOf: (model: string) => string | undefined
}

export interface FoundRoute<Rules> {
  readonly places: readonly RoutePlace[]
  /** Those of all places, one after the other. */
  readonly seats: readonly Deployment[]
  /** Undefined for a name that passes through. */
  readonly rules: Rules | undefined
}

/** Names that clients ask for → where they may go, as far as that is decided at assembly. */
export interface RouteTable<Rules> {
  /** The name's own route, else the first pattern that it matches, else that of any other name. */
  find(model: string, dialect: Dialect): FoundRoute<Rules> | undefined
  serves(model: string): boolean
  /** The names with a route of their own. */
  readonly models: readonly string[]
}

/** Stands for any name, as a route; for the name that was asked for, as a model. */
const ANY = '*'

/** @throws RangeError when a route names a provider that is not there, or a target has a weight that is none. */
export function routeTable<Rules>({
  providers,
  routes,
  providerOf,
}: RouteTableOptions<Rules>): RouteTable<Rules> {
  const byName = new Map(providers.map((provider) => [provider.name, provider]))
  const written = Object.entries(routes).flatMap(([name, route]) =>
    route === 'passthrough' ? [] : [{ name, find: finderOf(route, byName) }],
  )
  const own = new Map(
    written.filter(({ name }) => !name.includes(ANY)).map(({ name, find }) => [name, find(name)]),
  )
  const patterns = written
    .filter(({ name }) => name.includes(ANY))
    .map(({ name, find }) => ({ name, find, matches: modelPattern(name) }))
    // What stands for any name comes last, wherever it is written.
    .sort((a, b) => Number(a.name === ANY) - Number(b.name === ANY))
  const passes = routes[ANY] === 'passthrough'

  return {
    models: [...own.keys()],
    serves: (model) => own.has(model) || passes || patterns.some(({ matches }) => matches(model)),
    find(model, dialect) {
      const found = own.get(model) ?? patterns.find(({ matches }) => matches(model))?.find(model)
      if (found || !passes) return found
      const known = byName.get(providerOf(model) ?? '')
      const provider = known ?? providers.find((each) => each.dialect === dialect) ?? providers[0]
      return provider && foundAt<Rules>([placeAt(provider, model, 1)], undefined)
    },
  }
}

/** Checks a route now, and places it for the name that is asked for: at once, unless a target has that name too. */
function finderOf<Rules>(
  { targets, rules }: WrittenRoute<Rules>,
  providers: ReadonlyMap<string, Provider>,
): (model: string) => FoundRoute<Rules> {
  const parts = targets.map((target) => partsOf(target, providers))
  const found = (asked: string) =>
    foundAt(
      parts.map(({ provider, model, weight }) => placeAt(provider, model === ANY ? asked : model, weight)),
      rules,
    )
  if (parts.some(({ model }) => model === ANY)) return found
  const fixed = found('')
  return () => fixed
}

function foundAt<Rules>(places: readonly RoutePlace[], rules: Rules | undefined): FoundRoute<Rules> {
  return { places, seats: places.flatMap(({ seats }) => seats), rules }
}

function partsOf({ to, weight = 1 }: RouteTarget, providers: ReadonlyMap<string, Provider>) {
  const slash = to.indexOf('/')
  const provider = providers.get(to.slice(0, slash))
  if (slash < 1 || !provider)
    throw new RangeError(`"${to}" is not a target: write provider/model, with a configured provider`)
  if (!(weight > 0 && weight < Infinity))
    throw new RangeError(`${to} weighs ${weight}: write a number above 0`)
  return { provider, model: to.slice(slash + 1), weight }
}

function placeAt(provider: Provider, model: string, weight: number): RoutePlace {
  return { id: `${provider.name}/${model}`, weight, seats: seatsAt(provider, model) }
}

/** A model at a provider, once for each of its keys. */
function seatsAt(provider: Provider, model: string): readonly Deployment[] {
  if (!provider.apiKeys) return [deploymentAt(provider, model)]
  return keyed(provider).map((own, index) => ({ ...deploymentAt(own, model), key: String(index + 1) }))
}

const keyedProviders = new WeakMap<Provider, readonly Provider[]>()

/** The provider with each of its keys: the same objects each time, since what is known of a provider is kept by it. */
function keyed(provider: Provider): readonly Provider[] {
  const known = keyedProviders.get(provider) ?? provider.apiKeys!.map((apiKey) => ({ ...provider, apiKey }))
  keyedProviders.set(provider, known)
  return known
}

/**
 * The places of a route that a caller may go to: its first model is what its name stands for, and any other one must be
 * open to the caller by its own name, or a cheap name would be a way to a dear model.
 */
export function openPlaces(
  places: readonly RoutePlace[],
  allows: ((model: string) => boolean) | undefined,
): readonly RoutePlace[] {
  if (!allows) return places
  const own = places[0]?.seats[0]?.model
  return places.filter(({ id, seats: [seat] }) => seat!.model === own || allows(seat!.model) || allows(id))
}
