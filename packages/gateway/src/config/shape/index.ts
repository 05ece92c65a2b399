import type { OwnedPer } from '@tollgate/kit/owners'
import { z } from 'zod'
import type { Config, ConfigKey, Team } from '../config.ts'
import type { Path, Problem } from '../problem.ts'
import { alerts } from './alerts.ts'
import { auth } from './auth.ts'
import { cache } from './cache.ts'
import { defaults, type StatedDefaults } from './defaults.ts'
import { breakers, retries, timeouts } from './failover.ts'
import { choice, type Elsewhere, fields, type Later, sayIssue, text } from './fields.ts'
import type { StatedHttpProvider } from './http-provider.ts'
import { keys } from './keys.ts'
import { duration, masterKey, name, timeZone } from './leaves.ts'
import { policies, type StatedPolicy } from './policies.ts'
import { priceUpdates, type StatedPriceUpdates } from './price-updates.ts'
import { priceFiles, prices, providers, type StatedProvider } from './providers.ts'
import { models, runaway } from './rates.ts'
import { routes, type StatedRoutes } from './routes.ts'
import { admin, audit, listen, pipeline, store } from './service.ts'
import type { Stated } from './stated.ts'
import { tagSources } from './tag-sources.ts'
import { teams } from './teams.ts'
import { type StatedTier, tiers } from './tiers.ts'

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
      | 'sealKeys'
      | 'tagSources'
      | 'unknownPrice'
      | 'nearLimit'
      | 'enforcement'
      | 'translation'
      | 'budgetStatus'
      | 'waitMs'
      | 'exposeLimits'
      | 'ownedPer'
      | 'tokenizer'
      | 'prices'
      | 'priceFiles'
      | 'models'
      | 'runaway'
      | 'cache'
      | 'alerts'
      | 'audit'
      | 'admin'
      | 'pipeline'
      | 'auth'
      | 'timeouts'
      | 'retries'
      | 'breakers'
    >,
    StatedDefaults {
  readonly spool?: string | undefined
  readonly priceUpdates: StatedPriceUpdates | undefined
  readonly providers: Readonly<Record<string, StatedProvider | StatedHttpProvider>>
  readonly routes: StatedRoutes
  readonly tiers: Readonly<Record<string, StatedTier>>
  readonly teams: readonly Stated<Team>[]
  readonly keys: readonly Stated<ConfigKey>[]
  readonly policies: readonly StatedPolicy[]
}

const LATER: Later = {
  orgs: 'name the one org with org until then',
}

const ELSEWHERE: Elsewhere = {
  projects:
    'they are in the directory, see `tollgate projects set`, and those of a team under teams[].projects',
  users:
    'they are in the directory, see `tollgate users set`, and what each of them gets is under defaults.user',
  grants: 'they are asked for and approved, see `tollgate access`',
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
    seal_keys: z.array(masterKey).default([]),
    unknown_price: choice({ ceiling: 'ceiling', refuse: 'refuse' } as const).default('ceiling'),
    near_limit: choice({ refuse: 'refuse', cap: 'cap' } as const).default('refuse'),
    enforcement: choice({ hard: 'hard', tight: 'tight' } as const).default('hard'),
    translation: choice({ lossy: 'lossy', strict: 'strict' } as const).default('lossy'),
    budget_status: choice<429 | 402>({ 429: 429, 402: 402 }).default(429),
    wait: duration('10m').default(0),
    expose_limits: choice({ true: true, false: false }).default(true),
    owned_per: choice<OwnedPer>({
      key: 'key',
      user: 'user',
      project: 'project',
      team: 'team',
      org: 'org',
    }).default('key'),
    tokenizer: choice({ 'js-tiktoken': 'js-tiktoken', 'gpt-tokenizer': 'gpt-tokenizer' } as const).default(
      'js-tiktoken',
    ),
    providers: providers.default({}),
    routes: routes.default({ named: {}, passthrough: true }),
    timeouts: timeouts.default({}),
    retries: retries.default({}),
    breakers: breakers.default({}),
    tiers: tiers.default({}),
    teams,
    tag_sources: tagSources,
    defaults,
    keys,
    auth,
    prices: prices.default({}),
    price_files: priceFiles.default([]),
    price_updates: priceUpdates,
    cache,
    policies,
    models,
    runaway,
    alerts,
    audit,
    admin,
    pipeline,
  },
  LATER,
  ELSEWHERE,
).transform((stated) => {
  const {
    timezone,
    master_key,
    seal_keys,
    tag_sources,
    unknown_price,
    near_limit,
    budget_status,
    wait,
    expose_limits,
    owned_per,
    price_files,
    price_updates,
    defaults,
    ...rest
  } = stated
  return {
    ...rest,
    ...defaults,
    timeZone: timezone,
    masterKey: master_key,
    sealKeys: seal_keys,
    tagSources: tag_sources,
    unknownPrice: unknown_price,
    nearLimit: near_limit,
    budgetStatus: budget_status,
    waitMs: wait,
    exposeLimits: expose_limits,
    ownedPer: owned_per,
    priceFiles: price_files,
    priceUpdates: price_updates,
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
