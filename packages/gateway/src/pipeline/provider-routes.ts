import type { Clock } from '@tollgate/kit/core'
import type { PriceBook } from '@tollgate/kit/meter'
import { type HealthBoard, type RouteRule, routing } from '@tollgate/kit/stages/provider-failover'
import { deploymentAt, type Provider, priceQuery, type Routes } from '@tollgate/kit/wire'
import type { Config, Route } from '../config/index.ts'

export interface RoutesOptions {
  readonly prices: PriceBook
  /** How deployments do; without it, as if all were well. */
  readonly health?: HealthBoard
  readonly clock?: Clock
}

/** Where each model may go: the routes of the config, and, where it lets other names pass, the provider that lists them. */
export function routesOf(
  { routes, passthrough }: Pick<Config, 'routes' | 'passthrough'>,
  providers: readonly Provider[],
  { prices, ...options }: RoutesOptions,
): Routes {
  const named = routes.map((route) => [route.model, ruleOf(route)] as const)
  return routing({
    ...options,
    providers,
    prices,
    routes: { ...Object.fromEntries(named), ...(passthrough && { '*': 'passthrough' as const }) },
    ...(providers.length > 1 && { providerOf: listedAt(providers, prices) }),
  })
}

function ruleOf({ targets, rules }: Route): RouteRule {
  return {
    ...rules,
    targets: targets.map(({ provider, model, weight }) => ({ to: `${provider}/${model}`, weight })),
  }
}

/** The first provider whose own prices name the model: what is only charged at a ceiling there is not known there. */
function listedAt(providers: readonly Provider[], prices: PriceBook): (model: string) => string | undefined {
  return (model) =>
    providers.find((provider) => {
      const price = prices.price(priceQuery(deploymentAt(provider, model)))
      return price?.source === 'listed' || price?.source === 'override'
    })?.name
}
