import type { Amounts, Reserve } from '@tollgate/kit/ledger'
import { expect, it } from 'vitest'
import { fixedClock } from './clock.ts'
import { memoryLedger, spend } from './ledger.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Amounts of so many nano-USD and nothing else. */
const costing = (nanoUsd: number) => ({ usd: nanoUsd, tokens: 0, requests: 1 }) as Amounts

const reservation = (nanoUsd: number, id = '019ab000-0000-7000-8000-000000000001'): Reserve => ({
  org: 'acme',
  id,
  path: ['org:acme', 'user:ada'],
  min: costing(nanoUsd),
  want: costing(nanoUsd),
  bound: 'proven',
  ttlMs: 60_000,
  owner: 'test',
  memo: { requestId: 'req_1', model: 'gpt-4o-mini', priceVersion: 'test' },
})

it('keeps real books: what is reserved, spent and left unconfirmed shows in dollars', async () => {
  const clock = fixedClock(Date.UTC(2026, 10, 21, 12))
  const ledger = memoryLedger({ clock, budgets: [{ per: 'user', limit_usd: '5.00', period: 'daily' }] })
  const ada = () => spend(ledger, 'user:ada')
  const nothing = { spentUsd: '0.000000000', reservedUsd: '0.000000000', unconfirmedUsd: '0.000000000' }

  expect(await ada()).toEqual(nothing)
  const first = reservation(2_000_000_001)
  expect((await ledger.reserve(first)).status).toBe('ok')
  expect(await ada()).toEqual({ ...nothing, reservedUsd: '2.000000001' })
  await ledger.settle({ org: 'acme', id: first.id, actual: costing(8), basis: 'exact' })
  expect(await ada()).toEqual({ ...nothing, spentUsd: '0.000000008' })

  await ledger.reserve(reservation(1_000_000_000, '019ab000-0000-7000-8000-000000000002'))
  clock.advance(61_000)
  await ledger.expire()
  expect(await ada()).toEqual({ ...nothing, spentUsd: '1.000000008', unconfirmedUsd: '1.000000000' })
  await ledger.close()
})

it('follows the clock it is given: a refused budget is fresh the next day', async () => {
  const clock = fixedClock(Date.UTC(2026, 10, 21, 12))
  const ledger = memoryLedger({ clock, budgets: [{ per: 'user', limit_usd: '1.00', period: 'daily' }] })
  const all = reservation(1_000_000_000)
  await ledger.reserve(all)
  await ledger.settle({ org: 'acme', id: all.id, actual: costing(1_000_000_000), basis: 'exact' })
  const next = () => ledger.reserve(reservation(1, '019ab000-0000-7000-8000-000000000003'))
  expect((await next()).status).toBe('denied')
  clock.advance(DAY_MS)
  expect((await next()).status).toBe('ok')
  await ledger.close()
})

it('asks whose account is meant only when two orgs have one of its name', async () => {
  const ledger = memoryLedger()
  await ledger.reserve(reservation(7))
  const ada = (org?: string) => spend(ledger, 'user:ada', org === undefined ? {} : { org })
  expect((await ada()).reservedUsd).toBe('0.000000007')
  await ledger.reserve({ ...reservation(9), org: 'globex', path: ['org:globex', 'user:ada'] })
  await expect(ada()).rejects.toThrow('acme and globex both have an account user:ada: say { org }')
  expect((await ada('globex')).reservedUsd).toBe('0.000000009')
  expect((await ada('nobody')).reservedUsd).toBe('0.000000000')
  await ledger.close()
})
