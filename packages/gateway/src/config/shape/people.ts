import type { BudgetEntry } from '@tollgate/kit/ledger'
import { z } from 'zod'
import type { Config, ConfigKey, DefaultsFor, Team, Tier } from '../config.ts'
import { budgets } from './budget.ts'
import { choice, fields, type Later, leaf, text } from './fields.ts'
import { accountCount, keyId, keySecret, name } from './leaves.ts'
import { pattern, rates } from './rates.ts'

/** Something of the config whose budgets have no time zone yet. */
export type Stated<T> = Omit<T, 'budgets'> & { readonly budgets: readonly BudgetEntry[] }

const SCOPES = 'give the team of the key a tier until then'

const endpoints = ['fine-tuning', 'images', 'audio', 'realtime', 'batches', 'files', 'assistants']

const tier: z.ZodType<Omit<Tier, 'name'>> = fields(
  {
    models: z.array(pattern).min(1),
    endpoints: z
      .array(
        choice(Object.fromEntries(endpoints.map((word) => [word, word])), {
          vision: 'images in a chat are not told apart until then',
        }),
      )
      .default([]),
    approval: text().default('none'),
    rates: rates.optional(),
  },
  {
    budgets: 'give budgets to teams until then',
    max_output_tokens: 'the budget caps an answer until then',
    max_input_tokens: 'the budget bounds a request until then',
    max_cost_usd: 'the budget bounds a request until then',
  },
).transform(({ rates, ...tier }) => ({ ...tier, rates }))

export const tiers: z.ZodType<Readonly<Record<string, Omit<Tier, 'name'>>>> = z.record(z.string(), tier)

const team: z.ZodType<Stated<Team>> = fields(
  {
    id: name,
    tier: text().optional(),
    cost_center: leaf(String).optional(),
    budgets,
    rates: rates.optional(),
  },
  { projects: 'name the project of each key until then' },
).transform(({ id, tier, cost_center: costCenter, budgets, rates }) => ({
  ...{ id, tier, costCenter },
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
  models: SCOPES,
  endpoints: SCOPES,
  addresses: SCOPES,
  origins: SCOPES,
  max_cost_usd: 'the budgets of the key bound a request until then',
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
    secret: keySecret,
    budgets,
    rates: rates.optional(),
  },
  KEY_LATER,
).transform(({ id, team, project, user, label, tags, secret, budgets, rates }) => ({
  ...{ id, team, project, user },
  ...{ label, tags, secret },
  ...{ budgets, rates },
}))

export const keys: z.ZodType<readonly Stated<ConfigKey>[]> = z.array(key).default([])
