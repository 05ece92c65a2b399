import { type Clock, systemClock } from '../core/clock.ts'
import type { PriceBook } from '../meter/price-book.ts'
import type { Call } from '../wire/call.ts'
import { openPlaces, type RoutePlace, type RouteTarget, routeTable } from '../wire/route-table.ts'
import {
  type Deployment,
  type ModelRoutesOptions,
  priceQuery,
  type RouteAsker,
  type RouteRules,
  type Routes,
} from '../wire/routes.ts'
import { costOf } from './cost.ts'
import { type HealthBoard, healthBoard } from './health-board.ts'
import { byLeast, bySticky, byWeight, inOrder, type Order } from './order.ts'
import { prefixOf } from './prefix.ts'

/** Where a name may go, and by which rules. */
export interface RouteRule extends RouteRules {
  /** `provider/model`, or with the weight that it has beside the others. */
  readonly targets: readonly (string | RouteTarget)[]
  /** Which of them is asked first. As they are written by default. */
  readonly order?: RouteOrder
  /**
   * Keep the same caller, or the same conversation, at the same deployment, whose prompt cache then knows it: it goes
   * before `order`, and by weight.
   */
  readonly sticky?: 'key' | 'user' | 'prefix'
}

/** `least-latency`: to the first byte, as it has been lately. `least-cost`: what this very request may cost. */
export type RouteOrder = 'in-order' | 'weight' | 'least-latency' | 'least-cost'

export interface RoutingOptions extends Omit<ModelRoutesOptions, 'routes'> {
  /** As those of `modelRoutes`, and with rules. */
  readonly routes?: Readonly<Record<string, readonly string[] | 'passthrough' | RouteRule>>
  /** How deployments do: the same board as the stage's. */
  readonly health?: HealthBoard
  /** What they cost: for `least-cost`, and to know what is cheaper. */
  readonly prices?: PriceBook
  readonly random?: () => number
  readonly clock?: Clock
}

/**
 * Routes whose order depends on who asks, for what, and on how deployments do: those that are not to be asked now come
 * last. The keys of one provider share its traffic evenly.
 *
 * @throws RangeError when a route names a provider that is not there, or compares costs and has no prices.
 *
 * @example
 * const health = healthBoard()
 * const routes = routing({ providers, health, routes: { smart: { targets: ['openai/gpt-4o', 'azure/gpt-4o'], order: 'least-latency' } } })
 * app.use('/v1', compose(budgetReserve({ ledger, routes }), usageReconcile(), providerFailover({ routes, health })))
 */
export function routing({
  providers,
  routes = { '*': 'passthrough' },
  providerOf = () => undefined,
  health = healthBoard(),
  prices,
  random = Math.random,
  clock = systemClock,
}: RoutingOptions): Routes {
  const written = Object.entries(routes).map(([name, route]) => [name, writtenRoute(route)] as const)
  for (const [name, route] of written) {
    if (!prices && route !== 'passthrough' && comparesCosts(route.rules))
      throw new RangeError(`The route ${name} compares costs: give routing() the prices`)
  }
  const table = routeTable<RouteRule>({ providers, routes: Object.fromEntries(written), providerOf })
  const cost =
    prices && ((deployment: Deployment, call: Call) => costOf(prices.price(priceQuery(deployment)), call))

  const orderFor = ({ order, sticky }: RouteRule, asker: RouteAsker): Order<RoutePlace> => {
    const key = sticky && stickyKey(sticky, asker)
    if (key !== undefined) return bySticky(key)
    if (order === 'weight') return byWeight(random)
    if (order === 'least-cost') return byLeast(({ seats: [seat] }) => cost!(seat!, asker.call))
    if (order !== 'least-latency') return inOrder
    const nowMs = clock.now()
    return byLeast(({ seats }) => Math.min(...seats.map((seat) => expectedMs(health, seat, nowMs))))
  }

  return {
    providers,
    models: table.models,
    serves: table.serves,
    rules: (model) => table.find(model, 'openai')?.rules,
    ...(cost && { costOf: cost }),
    resolve(model, dialect, asker) {
      const found = table.find(model, dialect)
      if (!found) return []
      const { places, seats: written, rules } = found
      // Most routes lead to one place with one key, and have nothing to decide.
      if (!asker || written.length === 1) return written
      const open = openPlaces(places, asker.allows)
      const ordered = rules ? orderFor(rules, asker)(open) : open
      return openFirst(seatsOf(ordered, random), health, clock.now())
    },
  }
}

function writtenRoute(route: readonly string[] | 'passthrough' | RouteRule) {
  if (route === 'passthrough') return route
  const rules: RouteRule = 'targets' in route ? route : { targets: route }
  const targets = rules.targets.map((target) => (typeof target === 'string' ? { to: target } : target))
  return { targets, rules }
}

function comparesCosts({ order, downgrade }: RouteRule): boolean {
  return order === 'least-cost' || downgrade !== undefined
}

/** What names whoever is to stay at one place; undefined where nothing does. */
function stickyKey(by: NonNullable<RouteRule['sticky']>, { call, caller }: RouteAsker): string | undefined {
  const name = by === 'prefix' ? prefixOf(call) : caller?.[by]
  return name === undefined ? undefined : JSON.stringify([caller?.org, name])
}

/** One more call waits about as long as each that runs: who is fast and idle comes first. */
function expectedMs(health: HealthBoard, seat: Deployment, nowMs: number): number {
  return health.latencyMs(seat, nowMs) * (health.inFlight(seat) + 1)
}

function seatsOf(places: readonly RoutePlace[], random: () => number): readonly Deployment[] {
  const seats: Deployment[] = []
  for (const place of places) seats.push(...rotated(place.seats, random))
  return seats
}

/** Each key as often as the others; which comes after which does not matter. */
function rotated(seats: readonly Deployment[], random: () => number): readonly Deployment[] {
  if (seats.length < 2) return seats
  const first = Math.floor(random() * seats.length)
  return [...seats.slice(first), ...seats.slice(0, first)]
}

/** The reservation is priced at the first: one that will not be asked is not to be it. */
function openFirst(seats: readonly Deployment[], health: HealthBoard, nowMs: number): readonly Deployment[] {
  const isShut = (seat: Deployment) => health.closure(seat, nowMs) !== undefined
  if (!seats.some(isShut)) return seats
  return [...seats.filter((seat) => !isShut(seat)), ...seats.filter(isShut)]
}
