import { expect, it } from 'vitest'
import type { DefaultBudget } from './budget-entry.ts'
import { defaultBudgets } from './default-budgets.ts'

it('a kind of account that there is not is refused, since its limit would hold for nobody', () => {
  const entries = [{ per: 'users', limit_usd: 5, period: 'daily' }] as unknown as DefaultBudget[]
  expect(() => defaultBudgets(entries, 'UTC')).toThrow(
    new RangeError('per: "users" is no kind of account: org, team, project, user, key, provider'),
  )
})

it('budgets are kept by kind, and a user or an org needs none', () => {
  const byKind = defaultBudgets([{ per: 'key', limit_usd: 5, period: 'daily' }], 'UTC')
  expect([...byKind].map(([kind, { length }]) => [kind, length])).toEqual([
    ['org', 0],
    ['user', 0],
    ['key', 1],
  ])
})
