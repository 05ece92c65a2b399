import { type NanoUsd, nanoUsd, usdToNano } from '@tollgate/kit/core'
import { scopesFault } from '@tollgate/kit/directory'
import type { BudgetEntry } from '@tollgate/kit/ledger'
import { z } from 'zod'
import type { Config, ConfigKey, DefaultsFor, Team, Tier } from '../config.ts'
import { budgets } from './budget.ts'
import { choice, complain, fields, type Later, leaf, text } from './fields.ts'
import { accountCount, keyId, keySecret, limitUsd, name, tokenCount } from './leaves.ts'
import { pattern, rates } from './rates.ts'

/** Something of the config whose budgets have no time zone yet. */
export type Stated<T> = Omit<T, 'budgets'> & { readonly budgets: readonly BudgetEntry[] }

const endpoints = [
  ...['fine-tuning', 'images', 'vision', 'audio', 'realtime', 'batches', 'files', 'assistants', 'videos'],
  'other',
]

/** A tier whose budgets have no time zone yet. */
export type StatedTier = Omit<Tier, 'name' | 'budgets'> & { readonly budgets: readonly BudgetEntry[] }

const tier: z.ZodType<StatedTier> = fields({
  models: z.array(pattern).min(1),
  endpoints: z.array(choice(Object.fromEntries(endpoints.map((word) => [word, word])))).default([]),
  approval: text().default('none'),
  label: name.optional(),
  rates: rates.optional(),
  budgets,
  max_input_tokens: tokenCount.optional(),
  max_output_tokens: tokenCount.optional(),
  max_cost_usd: limitUsd.optional(),
}).transform(({ max_input_tokens, max_output_tokens, max_cost_usd, label, ...tier }) => {
  const caps = {
    ...(max_input_tokens !== undefined && { maxInputTokens: max_input_tokens }),
    ...(max_output_tokens !== undefined && { maxOutputTokens: max_output_tokens }),
    ...costCap(max_cost_usd),
  }
  return {
    ...tier,
    ...(label !== undefined && { label }),
    ...(Object.keys(caps).length > 0 && { caps }),
  }
})

function costCap(usd: string | undefined): { readonly maxCostNanoUsd?: NanoUsd } {
  return usd === undefined ? {} : { maxCostNanoUsd: nanoUsd(usdToNano(usd)) }
}

export const tiers: z.ZodType<Readonly<Record<string, StatedTier>>> = z.record(z.string(), tier)

const team: z.ZodType<Stated<Team>> = fields({
  id: name,
  tier: text().optional(),
  cost_center: leaf(String).optional(),
  project_required: choice({ true: true, false: false }).optional(),
  leads: z.array(name).optional(),
  projects: z.array(name).optional(),
  budgets,
  rates: rates.optional(),
}).transform(({ id, tier, cost_center, project_required, leads, projects, budgets, rates }) => ({
  ...{ id, tier, costCenter: cost_center },
  ...{ projectRequired: project_required, projects },
  ...(leads && { leads }),
  ...{ budgets, rates },
}))

export const teams: z.ZodType<readonly Stated<Team>[]> = z.array(team).default([])

const DEFAULTS_LATER: Later = { tier: 'a caller has the tier of its team until then' }

const accountDefaults = fields({ budgets, rates: rates.optional() }, DEFAULTS_LATER)
  .transform(({ budgets, rates }) => ({ budgets, rates }))
  .default({ budgets: [], rates: undefined })

/** As many as the kit's ledgers allow when they are not told. */
const MAX_UNSEEN_USERS = 100_000

const userDefaults = fields(
  { budgets, rates: rates.optional(), max_unseen: accountCount.default(MAX_UNSEEN_USERS) },
  DEFAULTS_LATER,
)
  .transform(({ budgets, rates, max_unseen }) => ({ budgets, rates, maxUnseen: max_unseen }))
  .default({ budgets: [], rates: undefined, maxUnseen: MAX_UNSEEN_USERS })

/** What accounts get that nobody has named, and how many users there may be of whom nobody has. */
export interface StatedDefaults {
  readonly defaults: Readonly<Record<DefaultsFor, readonly BudgetEntry[]>>
  readonly defaultRates: Config['defaultRates']
  readonly maxUnseenUsers: number
}

export const defaults: z.ZodType<StatedDefaults> = fields({
  team: accountDefaults,
  project: accountDefaults,
  user: userDefaults,
  key: accountDefaults,
})
  .transform(({ team, project, user, key }) => ({
    defaults: { team: team.budgets, project: project.budgets, user: user.budgets, key: key.budgets },
    defaultRates: { team: team.rates, project: project.rates, user: user.rates, key: key.rates },
    maxUnseenUsers: user.maxUnseen,
  }))
  .default({
    defaults: { team: [], project: [], user: [], key: [] },
    defaultRates: { team: undefined, project: undefined, user: undefined, key: undefined },
    maxUnseenUsers: MAX_UNSEEN_USERS,
  })

const KEY_LATER: Later = {
  expires: 'a key made by tollgate keys create can expire',
  service: 'name a user until then',
}

const key: z.ZodType<Stated<ConfigKey>> = fields(
  {
    id: keyId,
    team: name.optional(),
    project: name.optional(),
    user: name.optional(),
    label: name.optional(),
    tags: z.record(z.string(), leaf(String)).optional(),
    tier: text().optional(),
    models: z.array(pattern).min(1).optional(),
    endpoints: z.array(text()).min(1).optional(),
    addresses: z.array(text()).min(1).optional(),
    origins: z.array(text()).min(1).optional(),
    max_cost_usd: limitUsd.optional(),
    secret: keySecret,
    budgets,
    rates: rates.optional(),
  },
  KEY_LATER,
).transform((stated, context) => {
  const { id, team, project, user, label, tags, tier, secret, budgets, rates } = stated
  const { max_cost_usd, models, endpoints, addresses, origins } = stated
  const scopes = {
    ...(models && { models }),
    ...(endpoints && { endpoints }),
    ...(addresses && { addresses }),
    ...(origins && { origins }),
    ...costCap(max_cost_usd),
  }
  const fault = scopesFault(scopes)
  if (fault !== undefined) return complain(context, () => fault)
  return {
    ...{ id, team, project, user },
    ...{ label, tags, tier, secret },
    ...{ budgets, rates },
    ...(Object.keys(scopes).length > 0 && { scopes }),
  }
})

export const keys: z.ZodType<readonly Stated<ConfigKey>[]> = z.array(key).default([])
