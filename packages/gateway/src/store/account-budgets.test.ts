import { budgetFrom } from '@tollgate/kit/ledger'
import { expect, it } from 'vitest'
import { accountBudgets, type BudgetRules, unseenUserBudgets } from './account-budgets.ts'

const budget = (limit_usd: number) => budgetFrom({ limit_usd, period: 'daily' })
const policy = (name: string, per: BudgetRules['policies'][number]['per'], limit: number) => ({
  name,
  per,
  budget: { ...budget(limit), id: `${name}/usd-day` },
})
const rules: BudgetRules = {
  defaults: { team: [budget(100)], project: [], user: [budget(5)], key: [budget(2)] },
  policies: [policy('cap', 'key', 50), policy('people', 'user', 20), policy('all', 'org', 1000)],
}
const limits = (...args: Parameters<typeof accountBudgets>) =>
  accountBudgets(...args).map(({ limit }) => limit / 1e9)

it("an account's own budgets take the place of its kind's defaults, and never of a policy", () => {
  expect(limits(rules, 'key')).toEqual([2, 50])
  expect(limits(rules, 'key', [budget(7)])).toEqual([7, 50])
  expect(limits(rules, 'team')).toEqual([100])
  expect(limits(rules, 'org')).toEqual([1000])
  expect(limits(rules, 'project')).toEqual([])
})

it('users nobody has seen get the same budgets, under the same ids', () => {
  const entries = unseenUserBudgets(rules)
  expect(entries.map(({ per }) => per)).toEqual(['user', 'user'])
  expect(entries.map(({ per: _, ...entry }) => budgetFrom(entry))).toEqual(accountBudgets(rules, 'user'))
})

it('so do budgets in tokens and requests, and other windows and modes', () => {
  const odd = [
    budgetFrom({ limit_tokens: 1000, period: 'hourly', mode: 'soft' }),
    budgetFrom({ limit_requests: 3, period: 'total' }),
    budgetFrom({ limit_usd: '0.000000001', period: 'monthly', timeZone: 'Europe/Berlin' }),
  ]
  const entries = unseenUserBudgets({ defaults: { ...rules.defaults, user: odd }, policies: [] })
  expect(entries.map(({ per: _, ...entry }) => budgetFrom(entry))).toEqual(odd)
})
