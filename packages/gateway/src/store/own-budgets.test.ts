import { memoryLedger } from '@tollgate/testing'
import { expect, it, onTestFinished } from 'vitest'
import { accountBudgets } from './account-budgets.ts'
import { ownBudget, ownBudgetsOf } from './own-budgets.ts'

it('are found again in the books, apart from what the config gives', async () => {
  const ledger = memoryLedger()
  onTestFinished(() => ledger.close())
  const own = [
    ownBudget({ limit_usd: 5, period: 'daily' }, 'Europe/Berlin'),
    ownBudget({ limit_usd: 20, period: 'total' }, 'Europe/Berlin'),
  ]
  const cap = { name: 'cap', per: 'key' as const, budget: { ...own[0]!, id: 'cap/usd-day' } }
  const rules = { defaults: { team: [], project: [], user: [], key: [] }, policies: [cap] }
  await ledger.provision('acme', 'key:k', accountBudgets(rules, 'key', own))
  const [kept] = await ledger.budgetsOf('acme', ['key:k'])
  expect(kept).toHaveLength(3)
  expect(ownBudgetsOf(kept!)).toEqual(own)
  // Saying them again is no change: a restart must not touch the books.
  const again = accountBudgets(rules, 'key', ownBudgetsOf(kept!))
  expect(await ledger.provision('acme', 'key:k', again)).toEqual({ status: 'unchanged' })
})
