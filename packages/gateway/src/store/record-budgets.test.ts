import { expect, it } from 'vitest'
import { keyedBooks } from '../../../../test/support/keyed-books.ts'
import { ownBudget } from './own-budgets.ts'
import { recordBudgets, recordUntold } from './record-budgets.ts'

const perDay = (limit_usd: number) => ownBudget({ limit_usd, period: 'daily' }, 'UTC')
const written = (limit_usd: string) => ({ budgets: [{ limit_usd, period: 'daily', mode: 'hard' }] })
const account = 'team:red' as const
const org = 'acme'

it('what the books had before anybody recorded it is told first, once', async () => {
  const { ledger, directory } = await keyedBooks(0)
  const books = { ledger, directory }
  await recordUntold(books, org, account)
  expect(await directory.records.changes(org)).toEqual([])
  await ledger.provision(org, account, [perDay(5)])
  await recordUntold(books, org, account)
  await recordUntold(books, org, account)
  await recordBudgets(directory, { org, account, own: [perDay(7)] }, { by: 'user:ada' })
  await recordUntold(books, org, account)
  const told = (await directory.records.changes(org)).toReversed()
  expect(told.map(({ actor, before, after }) => [actor.by, before, after])).toEqual([
    ['unknown', undefined, written('5.000000000')],
    ['user:ada', written('5.000000000'), written('7.000000000')],
  ])
})

it('what is said again is no change, and nor is taking away what nobody gave', async () => {
  const { directory } = await keyedBooks(0)
  const ada = { by: 'user:ada' }
  await recordBudgets(directory, { org, account, own: [] }, ada)
  for (const _ of [1, 2]) await recordBudgets(directory, { org, account, own: [perDay(5)] }, ada)
  for (const _ of [1, 2]) await recordBudgets(directory, { org, account, own: [] }, ada)
  const told = (await directory.records.changes(org)).toReversed()
  expect(told.map(({ before, after }) => [before, after])).toEqual([
    [undefined, written('5.000000000')],
    [written('5.000000000'), undefined],
  ])
})
