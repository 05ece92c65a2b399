import type { AuditRecord } from '@tollgate/kit/audit'
import { fixedClock } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { STALE_PRICES_MS } from '../prices/price-age.ts'
import type { Alert } from './alert.ts'
import { recordAlerts } from './record-alerts.ts'

const DAY_MS = 86_400_000

it('charges by old prices are told of once a day, and only where something was charged', async () => {
  const clock = fixedClock(Date.parse('2026-11-21T12:00:00Z'))
  const sent: Alert[] = []
  let ageMs = STALE_PRICES_MS
  const { write } = recordAlerts((alert) => sent.push(alert), {
    clock,
    priceAgeMs: () => ageMs,
    isHeard: () => true,
  })
  const record = (chargedNanoUsd: number) => [{ org: 'acme', chargedNanoUsd } as AuditRecord]

  await write(record(5))
  expect(sent).toEqual([])
  ageMs += DAY_MS
  await write(record(0))
  expect(sent).toEqual([])
  await write(record(5))
  await write(record(5))
  expect(sent).toEqual([
    {
      kind: 'stale_prices',
      org: 'acme',
      id: 'stale_prices acme 2026-11-21',
      text: 'The list of prices is 91 days old: calls are charged by it. Run tollgate prices update, or upgrade.',
      facts: { age_days: 91, at: '2026-11-21T12:00:00.000Z' },
    },
  ])
  clock.advance(DAY_MS)
  await write(record(5))
  expect(sent).toHaveLength(2)
})
