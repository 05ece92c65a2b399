import type { PriceBook } from '@tollgate/kit/meter'
import { modelRoutes, type Provider, priceQuery, type Routes } from '@tollgate/kit/wire'
import type { Config } from '../config/index.ts'

/** Providers as the kit calls them. */
export function providersOf({ providers }: Pick<Config, 'providers'>): Provider[] {
  return providers.map(({ name, dialect, baseUrl, apiKey, billing }) => ({
    name,
    dialect,
    baseUrl,
    billing,
    ...(apiKey !== undefined && { apiKey }),
  }))
}

/** Where each model may go: the routes of the config, and, where it lets other names pass, the provider that lists them. */
export function routesOf(
  { routes, passthrough }: Pick<Config, 'routes' | 'passthrough'>,
  providers: readonly Provider[],
  prices: PriceBook,
): Routes {
  const named = routes.map(
    ({ model, targets }) => [model, targets.map((target) => `${target.provider}/${target.model}`)] as const,
  )
  return modelRoutes({
    providers,
    routes: { ...Object.fromEntries(named), ...(passthrough && { '*': 'passthrough' as const }) },
    ...(providers.length > 1 && { providerOf: listedAt(providers, prices) }),
  })
}

/** The first provider whose own prices name the model: what is only charged at a ceiling there is not known there. */
function listedAt(providers: readonly Provider[], prices: PriceBook): (model: string) => string | undefined {
  return (model) =>
    providers.find((provider) => {
      const price = prices.price(priceQuery({ provider, model }))
      return price?.source === 'listed' || price?.source === 'override'
    })?.name
}
