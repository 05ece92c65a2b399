import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Budget } from '../ledger.ts'
import { limitAt } from '../limit.ts'
import { budgetsOf, readRuling, replan, rulingOf, sameBudgets } from './rules.ts'

const DAY: Budget = { id: 'cap', metric: 'usd', window: 'day', timeZone: 'UTC', limit: 100, mode: 'hard' }
const WEEK: Budget = { ...DAY, window: 'week' }
const TOKENS: Budget = { ...DAY, id: 'tokens', metric: 'tokens', limit: 7, mode: 'soft' }

describe('the rules of an account', () => {
  it('begin with the total, which is nobody’s budget', () => {
    const { limitsText, rules, seeds } = rulingOf([DAY, TOKENS])
    expect(limitsText).toBe('r7881299347898368 h100 s7')
    expect([rules.map(({ id }) => id), seeds]).toEqual([['total', 'cap', 'tokens'], ''])
  })

  it('are never taken out: one that is not wanted is retired, and comes back under its number', () => {
    const without = replan(rulingOf([DAY, TOKENS]), [TOKENS])
    expect([without.limitsText, budgetsOf(without)]).toEqual([
      'r7881299347898368 r7881299347898368 s7',
      [TOKENS],
    ])
    const again = replan(without, [DAY, TOKENS])
    expect([again.limitsText, again.seeds]).toEqual(['r7881299347898368 h100 s7', ''])
  })

  it('let a budget with another calendar begin where the one that it replaces stands', () => {
    const { seeds, limitsText } = replan(rulingOf([TOKENS, DAY]), [TOKENS, WEEK])
    expect([seeds, limitsText]).toEqual(['3<2', 'r7881299347898368 s7 r7881299347898368 h100'])
  })

  it('keep their name when only an amount or a mode changes, and no other time', () => {
    const { v } = rulingOf([DAY])
    expect(rulingOf([{ ...DAY, limit: 5, mode: 'soft' }]).v).toBe(v)
    for (const other of [
      [WEEK],
      [],
      [DAY, TOKENS],
      [{ ...DAY, id: 'lid' }],
      [{ ...DAY, timeZone: 'Europe/Berlin' }],
    ]) {
      expect(rulingOf(other).v).not.toBe(v)
    }
  })

  it('have a raise in their limit until it ends', () => {
    const raise = { amount: 50, untilMs: 1000 }
    const { limitsText, limits, v } = rulingOf([{ ...DAY, raise }])
    expect([limitsText, v]).toEqual(['r7881299347898368 h100+50@1000', rulingOf([DAY]).v])
    expect([999, 1000].map((nowMs) => limitAt(limits[1]!, nowMs))).toEqual([150, 100])
  })

  it('come back from their texts as they were, whatever was planned before', () => {
    const budget = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'Ω "x"'),
      metric: fc.constantFrom('usd', 'tokens', 'requests'),
      window: fc.constantFrom('hour', 'day', 'month', 'total'),
      timeZone: fc.constantFrom('UTC', 'Asia/Kolkata'),
      limit: fc.integer({ min: 0, max: 2 ** 52 }),
      mode: fc.constantFrom('hard', 'soft'),
      raise: fc.option(fc.record({ amount: fc.nat(), untilMs: fc.nat() }), { nil: undefined }),
    }) as fc.Arbitrary<Budget>
    const budgets = fc.uniqueArray(budget, { selector: ({ id }) => id, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(budgets, { minLength: 1, maxLength: 5 }), (plans) => {
        let ruling = rulingOf([])
        for (const plan of plans) {
          const before = ruling.rules
          ruling = replan(ruling, plan)
          const read = readRuling(ruling.v, ruling.rulesText, ruling.limitsText)
          expect([read.rules, read.limits]).toEqual([ruling.rules, ruling.limits])
          expect([budgetsOf(read), sameBudgets(read, plan)]).toEqual([plan, true])
          expect(ruling.rules.slice(0, before.length).map(({ id, window }) => [id, window])).toEqual(
            before.map(({ id, window }) => [id, window]),
          )
        }
      }),
    )
  })
})
