import type { BudgetEntry } from '@tollgate/kit/ledger'
import { z } from 'zod'
import type { ConfigKey, DefaultsFor, Team, Tier } from '../config.ts'
import { budgets } from './budget.ts'
import { choice, fields, type Later, leaf, text, Wrong } from './fields.ts'
import { accountCount, keyId, keySecret, name } from './leaves.ts'

/** Something of the config whose budgets have no time zone yet. */
export type Stated<T> = Omit<T, 'budgets'> & { readonly budgets: readonly BudgetEntry[] }

const RATES = 'use budgets with limit_requests or limit_tokens and period hourly until then'
const SCOPES = 'give the team of the key a tier until then'

/** The wildcard patterns that the stage tier-check takes. */
const pattern = leaf((value) =>
  /^[A-Za-z0-9._:/@+*-]{1,200}$/.test(value)
    ? value
    : new Wrong((shown) => `${shown} is not a pattern of model names`),
)

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
  },
  {
    budgets: 'give budgets to teams until then',
    rates: RATES,
    max_output_tokens: 'the budget caps an answer until then',
    max_input_tokens: 'the budget bounds a request until then',
    max_cost_usd: 'the budget bounds a request until then',
  },
)

export const tiers: z.ZodType<Readonly<Record<string, Omit<Tier, 'name'>>>> = z.record(z.string(), tier)

const team: z.ZodType<Stated<Team>> = fields(
  { id: name, tier: text().optional(), cost_center: leaf(String).optional(), budgets },
  { rates: RATES, projects: 'name the project of each key until then' },
).transform(({ id, tier, cost_center: costCenter, budgets }) => ({ id, tier, costCenter, budgets }))

export const teams: z.ZodType<readonly Stated<Team>[]> = z.array(team).default([])

const DEFAULTS_LATER: Later = { rates: RATES, tier: 'a caller has the tier of its team until then' }

const accountDefaults = fields({ budgets }, DEFAULTS_LATER)
  .transform(({ budgets }) => budgets)
  .default([])

/** As many as the kit's ledgers allow when they are not told. */
const MAX_UNSEEN_USERS = 100_000

const userDefaults = fields({ budgets, max_unseen: accountCount.default(MAX_UNSEEN_USERS) }, DEFAULTS_LATER)
  .transform(({ budgets, max_unseen }) => ({ budgets, maxUnseen: max_unseen }))
  .default({ budgets: [], maxUnseen: MAX_UNSEEN_USERS })

/** What accounts get that nobody has named, and how many users there may be of whom nobody has. */
export interface StatedDefaults {
  readonly defaults: Readonly<Record<DefaultsFor, readonly BudgetEntry[]>>
  readonly maxUnseenUsers: number
}

export const defaults: z.ZodType<StatedDefaults> = fields({
  team: accountDefaults,
  project: accountDefaults,
  user: userDefaults,
  key: accountDefaults,
})
  .transform(({ user, ...others }) => ({
    defaults: { ...others, user: user.budgets },
    maxUnseenUsers: user.maxUnseen,
  }))
  .default({
    defaults: { team: [], project: [], user: [], key: [] },
    maxUnseenUsers: MAX_UNSEEN_USERS,
  })

const KEY_LATER: Later = {
  rates: RATES,
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
  },
  KEY_LATER,
).transform(({ id, team, project, user, label, tags, secret, budgets }) => ({
  ...{ id, team, project, user },
  ...{ label, tags, secret, budgets },
}))

export const keys: z.ZodType<readonly Stated<ConfigKey>[]> = z.array(key).default([])
