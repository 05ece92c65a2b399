import { describe, expect, it } from 'vitest'
import { type BudgetEntry, budgetFrom } from './budget-entry.ts'

describe('a budget entry', () => {
  it('is read by its decimal text', () => {
    const limits = ['0.000000001', '5.00', 50, 0.1, '4503599.627370496', 0].map(
      (limit_usd) => budgetFrom({ limit_usd, period: 'daily' }).limit,
    )
    expect(limits).toEqual([1, 5_000_000_000, 50_000_000_000, 100_000_000, 2 ** 52, 0])
  })

  it('names all that may never change in its id', () => {
    const ids = [
      { limit_usd: 5, period: 'daily' },
      { limit_tokens: 5, period: 'hourly' },
      { limit_requests: 5, period: 'total', timeZone: 'Asia/Kolkata' },
      { limit_usd: 5, period: 'daily', timeZone: 'Asia/Kolkata' },
      { limit_usd: 5, period: 'monthly', anchorDay: 15 },
      { limit_usd: 5, period: 'monthly', anchorDay: 1 },
      { limit_usd: 5, period: 'weekly', id: 'cap' },
    ] satisfies BudgetEntry[]
    expect(ids.map((entry) => budgetFrom(entry).id)).toEqual([
      'usd-day',
      'tokens-hour',
      'requests-total',
      'usd-day-Asia/Kolkata',
      'usd-month-15',
      'usd-month',
      'cap',
    ])
  })

  it('is hard and in the ledger’s zone unless it says otherwise', () => {
    const entry: BudgetEntry = { limit_usd: 5, period: 'daily' }
    expect(budgetFrom(entry, { timeZone: 'Europe/Berlin' })).toEqual({
      id: 'usd-day-Europe/Berlin',
      metric: 'usd',
      window: 'day',
      timeZone: 'Europe/Berlin',
      limit: 5_000_000_000,
      mode: 'hard',
    })
    expect(budgetFrom({ ...entry, mode: 'soft' }).mode).toBe('soft')
  })

  it('is refused when it is not one budget', () => {
    const wrong: [object, string][] = [
      [{ period: 'daily' }, 'exactly one limit'],
      [{ limit_usd: 1, limit_tokens: 1, period: 'daily' }, 'exactly one limit'],
      [{ limit_usd: 1, period: 'yearly' }, '"yearly" is not a period'],
      [{ limit_usd: 1, period: 'constructor' }, '"constructor" is not a period'],
      [{ limit_usd: 1, period: 'daily', rollover: true }, '"rollover" is not a field'],
      [{ limit_usd: '1e3', period: 'daily' }, 'not an amount in USD'],
      [{ limit_usd: '0.0000000001', period: 'daily' }, 'not an amount in USD'],
      [{ limit_usd: '4503599.627370497', period: 'daily' }, 'at most 2^52'],
      [{ limit_tokens: 1.5, period: 'daily' }, 'not a limit'],
      [{ limit_tokens: -1, period: 'daily' }, 'not a limit'],
      [{ limit_usd: 1, period: 'monthly', anchorDay: 31 }, 'not a day that every month has'],
      [{ limit_usd: 1, period: 'daily', timeZone: 'Berlin' }, 'time zone'],
      [{ limit_usd: 1, period: 'daily', id: 'total' }, '"total"'],
    ]
    for (const [entry, text] of wrong) {
      expect(() => budgetFrom(entry as BudgetEntry), JSON.stringify(entry)).toThrow(text)
      expect(() => budgetFrom(entry as BudgetEntry)).toThrow(RangeError)
    }
  })
})
