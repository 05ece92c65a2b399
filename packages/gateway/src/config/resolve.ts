import { resolve as absolute } from 'node:path'
import { type Budget, type BudgetEntry, budgetFrom } from '@tollgate/kit/ledger'
import { isAddress } from '../prices/source.ts'
import { isCaching } from './cache-rules.ts'
import type { Config, HttpProvider, Policy, Provider, PublicListen, Route, Store, Tier } from './config.ts'
import { DEFAULT_TIER } from './default-tier.ts'
import type { PriceUpdateRules } from './price-update-rules.ts'
import type { Proxies } from './proxies.ts'
import type { StatedConfig } from './shape/index.ts'
import type { StatedPolicy } from './shape/policies.ts'
import type { StatedPriceUpdates } from './shape/price-updates.ts'
import type { StatedProvider } from './shape/providers.ts'
import type { StatedRoute } from './shape/routes.ts'
import { isModulePath } from './shape/service.ts'

export interface ResolveOptions {
  readonly file: string | undefined
  /** What relative paths are relative to. */
  readonly cwd: string
  /** Why a provider has no key, by the provider's name. */
  readonly keyless: ReadonlyMap<string, string>
  /** The variable that a provider's key came from, by the provider's name. */
  readonly keyVariables: ReadonlyMap<string, string>
  readonly proxies: Proxies
}

/** Finish a config whose fields are all right: what depends on other fields, on the place, and on the keys there are. */
export function resolveConfig(stated: StatedConfig, options: ResolveOptions): Config {
  const { file, cwd, keyless, keyVariables, proxies } = options
  const budgetOf = (entry: BudgetEntry) => budgetFrom(entry, { timeZone: stated.timeZone })
  const withBudgets = <T extends { budgets: readonly BudgetEntry[] }>(owner: T) => ({
    ...owner,
    budgets: owner.budgets.map(budgetOf),
  })
  const withTierBudgets = <T extends { budgets: readonly BudgetEntry[] }>(
    owner: T,
    tier: string | undefined,
  ) => {
    const ofTier = tier === undefined ? [] : (stated.tiers[tier]?.budgets ?? [])
    const hasTierBudgets = owner.budgets.length === 0 && ofTier.length > 0
    return hasTierBudgets
      ? { ...withBudgets({ ...owner, budgets: ofTier }), hasTierBudgets }
      : withBudgets(owner)
  }
  const routes = Object.entries(stated.routes.named).map(([model, route]) => routeTo(model, route, keyless))
  const { team, project, user, key } = stated.defaults
  const enabled = Object.entries(stated.providers).filter(([name]) => !keyless.has(name))

  return {
    ...stated,
    file,
    proxies,
    listen: placedListen(stated.listen, cwd),
    store: placed(stated.store, cwd),
    spool: absolute(cwd, stated.spool ?? spoolBeside(stated.store)),
    providers: enabled.flatMap(([name, provider]): Provider[] =>
      provider.dialect === 'http'
        ? []
        : [{ name, ...withBudgets(placedProvider(provider, cwd)), apiKeyFrom: keyVariables.get(name) }],
    ),
    httpProviders: enabled.flatMap(([name, provider]): HttpProvider[] =>
      provider.dialect === 'http'
        ? [{ name, ...withBudgets(provider), authFrom: keyVariables.get(name) }]
        : [],
    ),
    disabledProviders: [...keyless].map(([name, because]) => ({ name, because })),
    routes,
    passthrough: stated.routes.passthrough,
    tiers: Object.entries(stated.tiers).map(([name, tier]): Tier => {
      const { budgets, ...rest } = withBudgets(tier)
      return { name, ...rest, ...(budgets.length > 0 && { budgets }) }
    }),
    teams: stated.teams.map((team) => {
      const tier = team.tier ?? defaultTier(stated)
      return { ...withTierBudgets(team, tier), tier }
    }),
    defaults: {
      team: team.map(budgetOf),
      project: project.map(budgetOf),
      user: user.map(budgetOf),
      key: key.map(budgetOf),
    },
    keys: stated.keys.map((key) => withTierBudgets(key, key.tier)),
    policies: stated.policies.map((policy) => policyOf(policy, budgetOf)),
    audit: stated.audit.map(({ type, path }) => ({ type, path: absolute(cwd, path) })),
    priceFiles: stated.priceFiles.map((path) => absolute(cwd, path)),
    priceUpdates: stated.priceUpdates && placedUpdates(stated.priceUpdates, stated.store, cwd),
    pipeline: stated.pipeline.map((entry) => (isModulePath(entry) ? absolute(cwd, entry) : entry)),
    warnings: warningsOf(stated, keyless, routes),
  }
}

/** What was found is kept beside the database, or where the data of a gateway is by default. */
function placedUpdates(
  { from, everyMs, keep }: StatedPriceUpdates,
  store: Store,
  cwd: string,
): PriceUpdateRules {
  const beside = store.kind === 'sqlite' ? `${store.path}.prices.json` : './data/prices.json'
  return {
    from: from === undefined || isAddress(from) ? from : absolute(cwd, from),
    everyMs,
    keep: absolute(cwd, keep ?? beside),
  }
}

/** Beside a file, which it belongs to; otherwise where the data of a gateway is by default. */
function spoolBeside(store: Store): string {
  return store.kind === 'sqlite' ? `${store.path}.spool` : './data/spool'
}

/** What a host reads from files, wherever the gateway is started. */
function placedProvider(provider: StatedProvider, cwd: string): StatedProvider {
  const { host } = provider
  if (!host || host.kind === 'bedrock') return provider
  const tokenFile = host.tokenFile && absolute(cwd, host.tokenFile)
  if (host.kind === 'azure') return { ...provider, host: { ...host, tokenFile } }
  const credentialsFile = host.credentialsFile && absolute(cwd, host.credentialsFile)
  return { ...provider, host: { ...host, tokenFile, credentialsFile } }
}

function placedListen({ tls, ...listen }: PublicListen, cwd: string): PublicListen {
  if (!tls) return listen
  const { cert, key, clientCa, clients } = tls
  return {
    ...listen,
    tls: {
      cert: absolute(cwd, cert),
      key: absolute(cwd, key),
      clientCa: clientCa && absolute(cwd, clientCa),
      clients,
    },
  }
}

function placed(store: Store, cwd: string): Store {
  return store.kind === 'sqlite' ? { ...store, path: absolute(cwd, store.path) } : store
}

function routeTo(
  model: string,
  { targets, rules }: StatedRoute,
  keyless: ReadonlyMap<string, string>,
): Route {
  const all = targets.map(({ to, weight }) => {
    const slash = to.indexOf('/')
    return { provider: to.slice(0, slash), model: to.slice(slash + 1), weight }
  })
  return { model, targets: all.filter(({ provider }) => !keyless.has(provider)), rules }
}

function defaultTier({ tiers }: StatedConfig): string | undefined {
  return Object.hasOwn(tiers, DEFAULT_TIER) ? DEFAULT_TIER : undefined
}

/** The counters of a policy are its own, beside those of a budget with the same limit and period. */
function policyOf(
  { name, per, budget: entry }: StatedPolicy,
  budgetOf: (entry: BudgetEntry) => Budget,
): Policy {
  const budget = budgetOf(entry)
  return { name, per, budget: { ...budget, id: `${name}/${budget.id}` } }
}

function warningsOf(
  { providers, store, keys, audit, cache, pipeline }: StatedConfig,
  keyless: ReadonlyMap<string, string>,
  routes: readonly Route[],
): string[] {
  const noneLeft = keyless.size > 0 && keyless.size === Object.keys(providers).length
  return [
    ...[...keyless].map(([name, because]) => `provider ${name} is disabled: ${because}`),
    ...routes
      .filter(({ targets }) => targets.length === 0)
      .map(({ model }) => `route ${model} is disabled: none of its providers has a key`),
    ...(noneLeft ? [NOBODY_ENABLED] : []),
    ...(store.kind === 'redis' && keys.length === 0 ? [NO_KEYS] : []),
    ...(store.kind === 'redis' && audit.length === 0 ? [NO_RECORDS] : []),
    ...(isCaching(cache) && !pipeline.includes('semantic-cache') ? [NO_CACHE] : []),
  ]
}

const NOBODY_ENABLED =
  'no provider is enabled: every call is refused with provider_unavailable (503) until one has its key'

const NO_CACHE =
  'the cache is on, and the pipeline has no semantic-cache: nothing is answered from it. State the stage before budget-reserve'

const NO_KEYS =
  'no key is stated, and with a Redis store there are no others: state one under keys, so that somebody can call'

const NO_RECORDS =
  'no record of a request is kept: a Redis store has no table for them, and no audit is stated. State one, or only the sums stay'
