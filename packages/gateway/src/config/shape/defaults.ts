import type { BudgetEntry } from '@tollgate/kit/ledger'
import type { z } from 'zod'
import type { Config, DefaultsFor } from '../config.ts'
import { budgets } from './budget.ts'
import { fields, type Later } from './fields.ts'
import { accountCount } from './leaves.ts'
import { rates } from './rates.ts'

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
