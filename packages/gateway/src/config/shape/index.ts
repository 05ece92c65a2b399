import type { z } from 'zod'
import type { Config, ConfigKey, Team, Tier } from '../config.ts'
import type { Path, Problem } from '../problem.ts'
import { choice, fields, type Later, sayIssue, text } from './fields.ts'
import { duration, masterKey, name, timeZone } from './leaves.ts'
import { defaults, keys, type Stated, type StatedDefaults, teams, tiers } from './people.ts'
import { policies, type StatedPolicy } from './policies.ts'
import { priceFiles, prices, providers, routes, type StatedProvider, type StatedRoutes } from './providers.ts'
import { admin, audit, cache, listen, pipeline, store } from './service.ts'

/** A config file, each field read by itself; what depends on other fields is still as stated. */
export interface StatedConfig
  extends Pick<
      Config,
      | 'listen'
      | 'store'
      | 'durability'
      | 'mode'
      | 'org'
      | 'timeZone'
      | 'masterKey'
      | 'unknownPrice'
      | 'nearLimit'
      | 'translation'
      | 'budgetStatus'
      | 'waitMs'
      | 'exposeLimits'
      | 'prices'
      | 'priceFiles'
      | 'audit'
      | 'admin'
      | 'pipeline'
    >,
    StatedDefaults {
  readonly spool?: string | undefined
  readonly providers: Readonly<Record<string, StatedProvider>>
  readonly routes: StatedRoutes
  readonly tiers: Readonly<Record<string, Omit<Tier, 'name'>>>
  readonly teams: readonly Stated<Team>[]
  readonly keys: readonly Stated<ConfigKey>[]
  readonly policies: readonly StatedPolicy[]
}

const LATER: Later = {
  orgs: 'name the one org with org until then',
  alerts: 'watch the metrics of the admin listener until then',
  projects: 'name the project of each key until then',
  users: 'state what every user gets under defaults until then',
  grants: 'raise a budget, or change the tier of a team, until then',
  rates: 'use budgets with limit_requests and period hourly until then',
  auth: 'callers are known by their virtual keys until then',
  tag_sources: 'give tags to keys until then',
}

const config: z.ZodType<StatedConfig> = fields(
  {
    listen,
    store,
    durability: choice({ normal: 'normal', strict: 'strict' } as const).default('normal'),
    spool: text().optional(),
    mode: choice({ enforce: 'enforce', observe: 'observe' } as const).default('enforce'),
    org: name.default('default'),
    timezone: timeZone.default('UTC'),
    master_key: masterKey.optional(),
    unknown_price: choice({ ceiling: 'ceiling', refuse: 'refuse' } as const).default('ceiling'),
    near_limit: choice({ refuse: 'refuse', cap: 'cap' } as const).default('refuse'),
    translation: choice({ lossy: 'lossy', strict: 'strict' } as const).default('lossy'),
    budget_status: choice<429 | 402>({ 429: 429, 402: 402 }).default(429),
    wait: duration('10m').default(0),
    expose_limits: choice({ true: true, false: false }).default(true),
    providers: providers.default({}),
    routes: routes.default({ named: {}, passthrough: true }),
    tiers: tiers.default({}),
    teams,
    defaults,
    keys,
    prices: prices.default({}),
    price_files: priceFiles.default([]),
    cache,
    policies,
    audit,
    admin,
    pipeline,
  },
  LATER,
).transform((stated) => {
  const {
    timezone,
    master_key,
    unknown_price,
    near_limit,
    budget_status,
    wait,
    expose_limits,
    price_files,
    defaults,
    cache: _,
    ...rest
  } = stated
  return {
    ...rest,
    ...defaults,
    timeZone: timezone,
    masterKey: master_key,
    unknownPrice: unknown_price,
    nearLimit: near_limit,
    budgetStatus: budget_status,
    waitMs: wait,
    exposeLimits: expose_limits,
    priceFiles: price_files,
  }
})

/**
 * Read every field of a config by itself.
 *
 * @param shown what the file shows at a place, to be quoted in a problem.
 */
export function readShape(
  tree: unknown,
  shown: (path: Path) => string,
): { readonly stated: StatedConfig } | { readonly problems: readonly Problem[] } {
  const result = config.safeParse(tree, {
    error: (issue) => sayIssue(issue, shown((issue.path ?? []) as Path)),
  })
  if (result.success) return { stated: result.data }
  const problems = result.error.issues.flatMap((issue): Problem | Problem[] => {
    const path = issue.path as Path
    if (issue.code !== 'unrecognized_keys') return { path, text: issue.message }
    return issue.message.split('\n').map((text, i) => ({ path: [...path, issue.keys[i]!], text }))
  })
  return { problems }
}
