import { scopesFault } from '@tollgate/kit/directory'
import { z } from 'zod'
import type { ConfigKey } from '../config.ts'
import { budgets } from './budget.ts'
import { costCap } from './cost-cap.ts'
import { complain, fields, type Later, leaf, text } from './fields.ts'
import { keyId, keySecret, limitUsd, name } from './leaves.ts'
import { pattern, rates } from './rates.ts'
import type { Stated } from './stated.ts'

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
    id,
    team,
    project,
    user,
    label,
    tags,
    tier,
    secret,
    budgets,
    rates,
    ...(Object.keys(scopes).length > 0 && { scopes }),
  }
})

export const keys: z.ZodType<readonly Stated<ConfigKey>[]> = z.array(key).default([])
