import { describe, expect, it } from 'vitest'
import type { Config } from '../config/index.ts'
import { scopesOf } from './rates.ts'

const TIERS = {
  default: { models: ['*'], rates: { rpm: 100, tpm: 5_000 } },
  slow: { models: ['*'], rates: { rpm: 5 } },
}
const team = (id: string, rates?: object) => ({
  id,
  tier: 'default',
  costCenter: undefined,
  budgets: [],
  rates,
})
const config = {
  teams: [team('red', { rpm: 600 }), team('blue')],
  keys: [{ id: 'ci', rates: { concurrency: 2 } }, { id: 'plain' }] as unknown as Config['keys'],
  defaultRates: { team: { concurrency: 50 }, project: undefined, user: { rpm: 20 }, key: undefined },
  models: [
    { model: 'gpt-4o', rates: { rpm: 60 } },
    { model: 'gpt-*', rates: { tpm: 90_000 } },
  ],
}
/** Tiers are held by nobody in particular, but where a caller is of `slow`. */
const scopes = scopesOf(config, {
  tiersOf: () => TIERS,
  heldTierOf(principal) {
    for (const holder of ['key', 'project', 'user', 'team'] as const)
      if (principal[holder]?.startsWith('slow')) return { tier: 'slow', holder }
    return principal.key === 'none' ? undefined : { tier: 'default', holder: undefined }
  },
})
const of = (caller: object, model?: string) => scopes({ org: 'acme', ...caller }, model)

describe('rates', () => {
  it('are those of a caller, the closest first, and of the model it asks for', async () => {
    expect(await of({ key: 'ci', user: 'ada', team: 'red' }, 'gpt-4o')).toEqual([
      { subject: 'key:ci', concurrency: 2 },
      { subject: 'user:ada', rpm: 20 },
      { subject: 'team:red', rpm: 600, tpm: 5_000, concurrency: 50 },
      { subject: 'model:gpt-4o', rpm: 60 },
    ])
  })

  it('are its tier’s where a team states none, and its kind’s where a tier states none', async () => {
    expect(await of({ key: 'plain', team: 'blue' })).toEqual([
      { subject: 'team:blue', rpm: 100, tpm: 5_000, concurrency: 50 },
    ])
  })

  it('are its tier’s for a key without a team', async () => {
    expect(await of({ key: 'ci' })).toEqual([{ subject: 'key:ci', rpm: 100, tpm: 5_000, concurrency: 2 }])
  })

  it('of a key are never more than it is confined to, and no more for that than they were', async () => {
    const confined = { rates: { rpm: 30, tpm: 9_000, concurrency: 4 } }
    expect(await of({ key: 'ci', scopes: confined })).toEqual([
      { subject: 'key:ci', rpm: 30, tpm: 5_000, concurrency: 2 },
    ])
    expect(await of({ key: 'plain', team: 'blue', scopes: { rates: { rpm: 7 } } })).toEqual([
      { subject: 'key:plain', rpm: 7 },
      { subject: 'team:blue', rpm: 100, tpm: 5_000, concurrency: 50 },
    ])
  })

  it('are its tier’s for a user without a key and a team', async () => {
    expect(await of({ user: 'ada' })).toEqual([{ subject: 'user:ada', rpm: 100, tpm: 5_000 }])
  })

  it.each(['key', 'project', 'user', 'team'])(
    'of a tier that a %s has are counted for that one, and for nobody else',
    async (holder) => {
      const caller = { key: 'plain', project: 'x', user: 'ada', team: 'blue', [holder]: 'slow1' }
      const limited = (await of(caller)).filter(({ rpm }) => rpm === 5)
      expect(limited.map(({ subject }) => subject)).toEqual([`${holder}:slow1`])
    },
  )

  it('hold for all models of a family together', async () => {
    expect(await of({ user: 'ada' }, 'gpt-5')).toContainEqual({ subject: 'model:gpt-*', tpm: 90_000 })
    const ada = { key: 'none', user: 'ada' }
    expect(await of(ada, 'claude-sonnet-4-5')).toEqual([{ subject: 'user:ada', rpm: 20 }])
  })
})
