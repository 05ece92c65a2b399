import type { BudgetEntry } from '@tollgate/kit/ledger'
import { z } from 'zod'
import type { Policy } from '../config.ts'
import { amountFields, readAmount } from './budget.ts'
import { choice, fields } from './fields.ts'
import { name } from './leaves.ts'

export type StatedPolicy = Pick<Policy, 'name' | 'per'> & { readonly budget: BudgetEntry }

const costLimit = fields({
  ...amountFields,
  action: choice({ reject: 'hard', observe: 'soft' } as const).default('hard'),
  per: choice<Policy['per']>({
    key: 'key',
    user: 'user',
    project: 'project',
    team: 'team',
    org: 'org',
  }).default('key'),
}).transform(({ action, per, ...amount }, context) => ({
  per,
  budget: { ...readAmount(amount, context), mode: action },
}))

const policy: z.ZodType<StatedPolicy> = fields({
  name,
  type: choice(
    { 'cost-limit': 'cost-limit' },
    { 'rate-limit': 'state rates under teams, keys, tiers, models or defaults until then' },
  ),
  config: costLimit,
}).transform(({ name, config }) => ({ name, ...config }))

export const policies: z.ZodType<readonly StatedPolicy[]> = z.array(policy).default([])
