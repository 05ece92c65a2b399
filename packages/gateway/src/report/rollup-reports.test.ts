import { nanoUsd } from '@tollgate/kit/core'
import type { DailySpend } from '@tollgate/kit/ledger/redis'
import { memoryLedger } from '@tollgate/testing'
import { expect, it, onTestFinished } from 'vitest'
import { rollupReports } from './rollup-reports.ts'
import { Unanswered } from './spend-report.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')
const DAY_MS = 86_400_000

const spend = (path: DailySpend['path'], model: string, usd: number): DailySpend => ({
  day: '2026-11-21',
  path,
  model,
  charged: { usd: nanoUsd(usd), tokens: 10, requests: 1 },
})

function reports(days: readonly DailySpend[]) {
  const asked: (number | undefined)[] = []
  const ledger = memoryLedger()
  onTestFinished(() => ledger.close())
  const daily = async (_org: string, sinceMs?: number) => {
    asked.push(sinceMs)
    return days
  }
  return { report: rollupReports({ rollups: { daily }, ledger, org: 'acme' }), asked }
}

const DAYS = [
  spend(['org:acme', 'team:science', 'key:ada'], 'gpt-4o', 2_000_000_000),
  spend(['org:acme', 'team:science', 'key:bob'], 'gpt-4o', 1_000_000_000),
  spend(['org:acme', 'key:cron'], 'gpt-4o-mini', 5_000_000),
  spend([], '', 7_000_000),
]

it('sums lines up by their accounts and models, what had no room apart', async () => {
  const { report } = reports(DAYS)
  const told = await report({ groupBy: ['team', 'model'], sinceMs: undefined, nowMs })
  expect(told.lines()).toEqual([
    'TEAM      MODEL        REQUESTS  TOKENS   SPENT',
    'science   gpt-4o              2      20   $3.00',
    '(others)  (others)            1      10  $0.007',
    '-         gpt-4o-mini         1      10  $0.005',
    '',
    'total        $3.012 (400 days, UTC: charged requests, from the daily roll-ups)',
    'books        $0.00 (all time; reserved now: $0.00)',
    'unconfirmed  $0.00 (all time: of expired reservations; see tollgate ledger expired)',
  ])
  expect(told.json()).toMatchObject({
    since: null,
    rows: [
      { team: 'science', model: 'gpt-4o', requests: 2, tokens: 20, spent_usd: '3.000000000' },
      { team: '(others)' },
      { team: null, model: 'gpt-4o-mini' },
    ],
  })
})

it.each([
  ['so many days ago', nowMs - 7 * DAY_MS, '2026-11-14T00:00:00.000Z'],
  ['a UTC midnight', Date.parse('2026-11-01'), '2026-11-01T00:00:00.000Z'],
])('counts from the beginning of the UTC day: %s', async (_, sinceMs, since) => {
  const { report, asked } = reports(DAYS)
  const told = await report({ groupBy: ['org'], sinceMs, nowMs })
  expect(told.json()).toMatchObject({ since, rows: [{ org: 'acme', requests: 3 }, { org: '(others)' }] })
  expect(asked).toEqual([Date.parse(since)])
})

it.each([
  [
    { groupBy: ['team', 'tag:feature'], sinceMs: undefined },
    /know no tag:feature: use org, team, .* or model/,
  ],
  [{ groupBy: [''], sinceMs: undefined }, /know no group without a name/],
  [{ groupBy: ['team'], sinceMs: nowMs - 90 * 60_000 }, /2026-11-21T10:30:00.000Z is within one: write 7d/],
])('has no answer to %o', async (query, sentence) => {
  const { report } = reports(DAYS)
  await expect(report({ ...query, nowMs })).rejects.toThrow(sentence)
  await expect(report({ ...query, nowMs })).rejects.toBeInstanceOf(Unanswered)
})
