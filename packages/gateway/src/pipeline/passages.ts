import { unitMeter } from '@tollgate/kit/meter'
import { type Passages, type Provider, providerPassages } from '@tollgate/kit/wire'
import type { Config, HttpProvider, Metered } from '../config/index.ts'
import { providerAccount } from '../config/index.ts'

/** Where requests go that are no calls of models: to every provider there is, at what the config says of its meters. */
export function passagesOf(
  { providers: stated, httpProviders }: Pick<Config, 'providers' | 'httpProviders'>,
  providers: readonly Provider[],
): Passages {
  const byName = new Map(stated.map((provider) => [provider.name, provider]))
  return providerPassages({
    providers: [
      ...providers.map((provider) => ({ ...provider, ...metersOf(byName.get(provider.name)) })),
      ...httpProviders.map(({ name, baseUrl, auth, billing, budgets, ...metered }) => ({
        name,
        dialect: 'http' as const,
        baseUrl,
        billing,
        ...(auth && { auth }),
        ...accountOf({ name, budgets }),
        ...metersOf(metered),
      })),
    ],
  })
}

function accountOf(provider: Pick<HttpProvider, 'name' | 'budgets'>) {
  const account = providerAccount(provider)
  return account && { account }
}

function metersOf(stated: Metered | undefined) {
  if (!stated) return {}
  const meters = Object.entries(stated.meters).map(([path, meter]) => [path, unitMeter(meter)] as const)
  return {
    meters: Object.fromEntries(meters),
    ...(stated.meter && { meter: unitMeter(stated.meter) }),
  }
}
