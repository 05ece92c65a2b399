import { resolve as absolute } from 'node:path'
import { type Budget, type BudgetEntry, budgetFrom } from '@tollgate/kit/ledger'
import type { Config, Policy, Provider, Route, Store, Tier } from './config.ts'
import type { StatedConfig } from './shape/index.ts'
import type { StatedPolicy } from './shape/policies.ts'
import { isModulePath } from './shape/service.ts'

export interface ResolveOptions {
  readonly file: string | undefined
  /** What relative paths are relative to. */
  readonly cwd: string
  /** Why a provider has no key, by the provider's name. */
  readonly keyless: ReadonlyMap<string, string>
  /** The variable that a provider's key came from, by the provider's name. */
  readonly keyVariables: ReadonlyMap<string, string>
}

/** Finish a config whose fields are all right: what depends on other fields, on the place, and on the keys there are. */
export function resolveConfig(stated: StatedConfig, options: ResolveOptions): Config {
  const { file, cwd, keyless, keyVariables } = options
  const budgetOf = (entry: BudgetEntry) => budgetFrom(entry, { timeZone: stated.timeZone })
  const withBudgets = <T extends { budgets: readonly BudgetEntry[] }>(owner: T) => ({
    ...owner,
    budgets: owner.budgets.map(budgetOf),
  })
  const routes = Object.entries(stated.routes.named).map(([model, targets]) =>
    routeTo(model, targets, keyless),
  )
  const { team, project, user, key } = stated.defaults

  return {
    ...stated,
    file,
    store: placed(stated.store, cwd),
    spool: absolute(cwd, stated.spool ?? spoolBeside(stated.store)),
    providers: Object.entries(stated.providers)
      .filter(([name]) => !keyless.has(name))
      .map(([name, provider]): Provider => ({ name, ...provider, apiKeyFrom: keyVariables.get(name) })),
    disabledProviders: [...keyless].map(([name, because]) => ({ name, because })),
    routes,
    passthrough: stated.routes.passthrough,
    tiers: Object.entries(stated.tiers).map(([name, tier]): Tier => ({ name, ...tier })),
    teams: stated.teams.map((team) => ({ ...withBudgets(team), tier: team.tier ?? defaultTier(stated) })),
    defaults: {
      team: team.map(budgetOf),
      project: project.map(budgetOf),
      user: user.map(budgetOf),
      key: key.map(budgetOf),
    },
    keys: stated.keys.map(withBudgets),
    policies: stated.policies.map((policy) => policyOf(policy, budgetOf)),
    audit: stated.audit.map(({ type, path }) => ({ type, path: absolute(cwd, path) })),
    priceFiles: stated.priceFiles.map((path) => absolute(cwd, path)),
    pipeline: stated.pipeline.map((entry) => (isModulePath(entry) ? absolute(cwd, entry) : entry)),
    warnings: warningsOf(stated, keyless, routes),
  }
}

/** Beside a file, which it belongs to; otherwise where the data of a gateway is by default. */
function spoolBeside(store: Store): string {
  return store.kind === 'sqlite' ? `${store.path}.spool` : './data/spool'
}

function placed(store: Store, cwd: string): Store {
  return store.kind === 'sqlite' ? { ...store, path: absolute(cwd, store.path) } : store
}

function routeTo(model: string, targets: readonly string[], keyless: ReadonlyMap<string, string>): Route {
  const all = targets.map((target) => {
    const slash = target.indexOf('/')
    return { provider: target.slice(0, slash), model: target.slice(slash + 1) }
  })
  return { model, targets: all.filter(({ provider }) => !keyless.has(provider)) }
}

function defaultTier({ tiers }: StatedConfig): string | undefined {
  return Object.hasOwn(tiers, 'default') ? 'default' : undefined
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
  { providers, store, keys, audit }: StatedConfig,
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
  ]
}

const NOBODY_ENABLED =
  'no provider is enabled: every call is refused with provider_unavailable (503) until one has its key'

const NO_KEYS =
  'no key is stated, and with a Redis store there are no others: state one under keys, so that somebody can call'

const NO_RECORDS =
  'no record of a request is kept: a Redis store has no table for them, and no audit is stated. State one, or only the sums stay'
