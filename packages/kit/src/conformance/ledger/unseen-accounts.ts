import type { AccountId } from '../../ledger/ledger.ts'
import { CENT, cents, ORG, type Section, shortfallOf } from './bench.ts'

const USER_PATH: readonly AccountId[] = ['org:acme', 'user:ada']

export const UNSEEN: Section = {
  async 'welcomes a user and an org that nobody has seen'(bench, expect) {
    expect(await bench.reserve({ id: 'a', path: USER_PATH })).toMatchObject({
      status: 'ok',
      granted: cents(10),
    })
    expect((await bench.ledger.accounts()).map(({ account }) => account)).toEqual(USER_PATH)
  },

  async 'admits nobody on a team, project or key that was not provisioned'(bench, expect) {
    await bench.provision('org:acme')
    for (const account of ['team:search', 'project:web', 'key:k1'] as const) {
      expect(await bench.reserve({ id: account, path: ['org:acme', account] })).toEqual({
        status: 'no_account',
        account,
        reason: 'unknown',
      })
    }
    expect((await bench.ledger.accounts()).map(({ account }) => account)).toEqual(['org:acme'])
  },

  async 'gives them the default budgets of their kind'(bench, expect) {
    const { reserve, budget } = await bench.another({
      budgets: [
        { per: 'user', limit_usd: '0.15', period: 'daily' },
        { per: 'team', limit_usd: '0.50', period: 'monthly' },
      ],
    })
    const path: AccountId[] = ['org:acme', 'team:search', 'user:ada']
    expect(await reserve({ id: 'a', path, want: cents(30) })).toMatchObject({
      status: 'ok',
      granted: cents(15),
    })
    expect(await budget('team:search', 'usd-month')).toEqual([0, 15 * CENT, 0, 35 * CENT])
    expect(await budget('user:ada', 'usd-day')).toEqual([0, 15 * CENT, 0, 0])
  },

  async 'makes no account for a request that is denied'(bench, expect) {
    const { ledger, reserve } = await bench.another({
      budgets: [{ per: 'user', limit_usd: '0.05', period: 'daily' }],
    })
    expect(await shortfallOf(reserve({ id: 'a', path: USER_PATH }))).toMatchObject({
      account: 'user:ada',
      budget: 'usd-day',
      reason: 'exceeded',
      remaining: 5 * CENT,
    })
    expect(await ledger.accounts()).toEqual([])
  },

  async 'makes no more than maxAuto of them under one parent'(bench, expect) {
    const { ledger, reserve } = await bench.another({ maxAuto: 2 })
    const under = (parent: AccountId, user: AccountId) =>
      reserve({ id: `${parent} ${user}`, path: [parent, user] })
    for (const user of ['user:a', 'user:b', 'user:a'] as const) await under('org:acme', user)
    expect(await under('org:acme', 'user:c')).toEqual({
      status: 'no_account',
      account: 'user:c',
      reason: 'too_many',
    })
    await ledger.provision(ORG, 'team:search', [])
    expect(await under('team:search', 'user:c')).toMatchObject({ status: 'ok' })
    await ledger.provision(ORG, 'user:d', [])
    expect(await under('org:acme', 'user:d')).toMatchObject({ status: 'ok' })
  },

  async 'lets a provisioned account keep its own budgets'(bench, expect) {
    const { provision, reserve } = await bench.another({
      budgets: [{ per: 'user', limit_usd: '0.15', period: 'daily' }],
    })
    await provision('user:ada', { limit_usd: '0.40', period: 'daily' })
    expect(await reserve({ id: 'a', path: USER_PATH, want: cents(90) })).toMatchObject({ granted: cents(40) })
  },

  async 'answers by the default budgets when asked for the smallest limits'(bench, expect) {
    const { ledger, reserve, provision } = await bench.another({
      budgets: [
        { per: 'user', limit_usd: '0.15', period: 'daily' },
        { per: 'user', limit_usd: '0.01', period: 'daily', mode: 'soft', id: 'warn' },
      ],
    })
    expect(ledger.smallestLimits(ORG, USER_PATH)).toEqual({ usd: 15 * CENT })
    await reserve({ id: 'a', path: USER_PATH })
    await provision(
      'org:acme',
      { limit_usd: '0.12', period: 'total' },
      { limit_tokens: 900, period: 'hourly' },
    )
    expect(ledger.smallestLimits(ORG, USER_PATH)).toEqual({ usd: 12 * CENT, tokens: 900 })
    expect(ledger.smallestLimits(ORG, ['team:nobody'])).toEqual({})
  },
}
