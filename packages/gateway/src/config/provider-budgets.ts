import type { Budget } from '@tollgate/kit/ledger'
import type { Config } from './config.ts'

/** The account of a provider's own budgets. */
export type ProviderAccount = `provider:${string}`

/** What may be spent at each provider that has budgets of its own, whoever calls. */
export function providerBudgets({
  providers,
  httpProviders,
}: Pick<Config, 'providers' | 'httpProviders'>): ReadonlyMap<ProviderAccount, readonly Budget[]> {
  const capped = [...providers, ...httpProviders].filter(({ budgets }) => budgets.length > 0)
  return new Map(capped.map((provider) => [providerAccount(provider)!, provider.budgets]))
}

/** Undefined for a provider without budgets: its calls are held by nobody but their callers. */
export function providerAccount({
  name,
  budgets,
}: {
  readonly name: string
  readonly budgets: readonly Budget[]
}): ProviderAccount | undefined {
  return budgets.length > 0 ? `provider:${name}` : undefined
}
