import { describe, expect, it } from 'vitest'
import { budgetFrom } from '../budget-entry.ts'
import { calendarOf, windowOf } from './calendar.ts'
import { rulingOf } from './rules.ts'

const NOON = Date.UTC(2026, 10, 18, 12)
const rulesOf = (...entries: Parameters<typeof budgetFrom>[0][]) =>
  rulingOf(entries.map((entry) => budgetFrom(entry))).rules
const daily = { limit_usd: 1, period: 'daily' } as const
const hourly = { limit_tokens: 5, period: 'hourly' } as const

describe('the calendar of a command', () => {
  it('names each window once, however many accounts count in it', () => {
    const { shapes, windows } = calendarOf([rulesOf(), rulesOf(daily), rulesOf(hourly, daily)], NOON)
    expect(shapes).toEqual(['10', '1011', '102211'])
    expect(windows).toEqual([
      `2026-11-18 ${NOON - 12 * 3_600_000} ${NOON + 12 * 3_600_000} 2026-11-19 ${NOON + 12 * 3_600_000} ${NOON + 36 * 3_600_000}`,
      `2026-11-18T12 ${NOON} ${NOON + 3_600_000} 2026-11-18T13 ${NOON + 3_600_000} ${NOON + 7_200_000}`,
    ])
  })

  it('holds until the first of its windows ends', () => {
    expect(calendarOf([rulesOf(daily, hourly)], NOON).untilMs).toBe(NOON + 3_600_000)
    expect(calendarOf([rulesOf()], NOON).untilMs).toBe(Infinity)
  })

  it('tells which window a rule counts in', () => {
    const { shapes, windows } = calendarOf([rulesOf(daily, hourly)], NOON)
    const found = [0, 1, 2].map((number) => windowOf(shapes[0]!, number, windows)?.split(' ')[0])
    expect(found).toEqual([undefined, '2026-11-18', '2026-11-18T12'])
  })
})
