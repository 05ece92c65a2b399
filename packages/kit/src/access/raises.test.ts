import { describe, expect, it } from 'vitest'
import {
  asks,
  clock,
  daily,
  desk,
  deskOn,
  directory,
  HOUR_MS,
  ledger,
  openedAnew,
  org,
  START_MS,
  usd,
} from '../../../../test/support/marketing-desk.ts'
import type { Ask } from './ask.ts'

openedAnew()

describe('a raise', () => {
  const money = (ask: Partial<Ask> = {}) =>
    asks({ account: 'team:marketing', raise: { nanoUsd: usd('50') }, ...ask })
  const dee = { user: 'dee' }

  it('is in the books until its end, and ends by itself', async () => {
    await desk.ask(money())
    await desk.approve({ org, id: 'r1', by: dee })
    expect(await daily('team:marketing')).toBe(usd('550'))
    clock.nowMs = START_MS + HOUR_MS - 1
    expect(await daily('team:marketing')).toBe(usd('550'))
    clock.nowMs += 1
    expect(await daily('team:marketing')).toBe(usd('500'))
  })

  it('lasts as long as whoever approves it says', async () => {
    await desk.ask(money())
    expect(await desk.approve({ org, id: 'r1', by: dee, lastsMs: 2 * HOUR_MS })).toMatchObject({
      grant: { value: { fromMs: START_MS, untilMs: START_MS + 2 * HOUR_MS, approvedBy: 'user:dee' } },
    })
    expect(await desk.approve({ org, id: 'r1', by: dee, lastsMs: 1 })).toMatchObject({ status: 'invalid' })
  })

  it('is taken back by a revoke: what is spent stays spent', async () => {
    await desk.ask(money())
    await desk.approve({ org, id: 'r1', by: dee })
    expect(await desk.revoke({ org, id: 'r1', by: { user: 'bob' } })).toMatchObject({ status: 'forbidden' })
    const held = { usd: usd('530'), tokens: 0, requests: 1 }
    const path = ['team:marketing'] as const
    const memo = { requestId: 'x', model: 'm', priceVersion: 'v' }
    const reserve = { org, id: 'a', path, min: held, want: held, bound: 'proven', ttlMs: HOUR_MS } as const
    await ledger.reserve({ ...reserve, owner: 'test', memo })
    await ledger.settle({ org, id: 'a', actual: held, basis: 'exact' })
    expect(await desk.revoke({ org, id: 'r1', by: dee, reason: 'enough' })).toMatchObject({
      status: 'revoked',
    })
    expect(await desk.revoke({ org, id: 'r1', by: dee })).toMatchObject({ status: 'repeat' })
    expect((await ledger.read(org, path))[0]!.budgets[0]).toMatchObject({
      limit: usd('500'),
      spent: usd('530'),
      remaining: -usd('30'),
    })
  })

  it('adds up with others, and gives way to those that last longer a moment before its end', async () => {
    await desk.ask(money())
    await desk.ask(money({ id: 'r2', raise: { nanoUsd: usd('7') }, lastsMs: 2 * HOUR_MS }))
    for (const id of ['r1', 'r2', 'r1']) await desk.approve({ org, id, by: dee })
    expect(await daily('team:marketing')).toBe(usd('557'))
    clock.nowMs = START_MS + HOUR_MS - 1_000
    await desk.mend(org)
    expect(await daily('team:marketing')).toBe(usd('507'))
    clock.nowMs = START_MS + HOUR_MS
    expect(await daily('team:marketing')).toBe(usd('507'))
    clock.nowMs = START_MS + 2 * HOUR_MS
    expect(await daily('team:marketing')).toBe(usd('500'))
  })

  it('reaches a budget of several that is named', async () => {
    await desk.ask(asks({ account: 'key:ci', raise: { nanoUsd: usd('1'), budget: 'usd-day' } }))
    await desk.approve({ org, id: 'r1', by: dee })
    expect(await daily('key:ci')).toBe(usd('2'))
  })

  it.each(['before', 'after'] as const)(
    'is made exactly once where a process dies %s the books are told',
    async (when) => {
      await desk.ask(money())
      const dying = deskOn({
        ledger: {
          async raise(command) {
            if (when === 'after') await ledger.raise(command)
            throw new Error('died')
          },
        },
      })
      await expect(dying.approve({ org, id: 'r1', by: dee })).rejects.toThrow('died')
      expect((await desk.approve({ org, id: 'r1', by: dee })).status).toBe('repeat')
      for (let time = 0; time < 3; time++) await desk.mend(org)
      expect(await daily('team:marketing')).toBe(usd('550'))
      expect(await desk.grants(org)).toHaveLength(1)
    },
  )

  it('is made at the next start where a process dies before its grant is kept', async () => {
    await desk.ask(money())
    const dying = deskOn({
      records: {
        put: (record, actor) =>
          record.kind === 'grant' ? Promise.reject(new Error('died')) : directory.records.put(record, actor),
      },
    })
    await expect(dying.approve({ org, id: 'r1', by: dee })).rejects.toThrow('died')
    clock.nowMs += HOUR_MS / 2
    await desk.mend(org)
    // From the decision on, not from when it was mended.
    expect(await desk.grants(org)).toMatchObject([
      { value: { fromMs: START_MS, untilMs: START_MS + HOUR_MS, approvedBy: 'user:dee' } },
    ])
    expect(await daily('team:marketing')).toBe(usd('550'))
    clock.nowMs = START_MS + HOUR_MS
    await desk.mend(org)
    expect(await daily('team:marketing')).toBe(usd('500'))
  })

  it('is taken back at the next start where a process dies within a revoke', async () => {
    await desk.ask(money())
    await desk.approve({ org, id: 'r1', by: dee })
    const dying = deskOn({ ledger: { raise: () => Promise.reject(new Error('died')) } })
    await expect(dying.revoke({ org, id: 'r1', by: dee })).rejects.toThrow('died')
    await desk.mend(org)
    expect(await daily('team:marketing')).toBe(usd('500'))
  })
})
