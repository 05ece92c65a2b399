import { expect, it } from 'vitest'
import { type Config, loadConfig } from '../config/index.ts'
import { needsRestart, withoutRestart } from './needs-restart.ts'

/** Every field of a config, with what becomes of a change while a gateway runs: a new one needs a decision. */
const BECOMES: { readonly [Field in keyof Config]: 'followed' | 'restart' | 'in part' | 'told' } = {
  file: 'told',
  warnings: 'told',
  disabledProviders: 'followed',
  mode: 'followed',
  unknownPrice: 'followed',
  nearLimit: 'followed',
  enforcement: 'followed',
  translation: 'followed',
  budgetStatus: 'followed',
  waitMs: 'followed',
  exposeLimits: 'followed',
  providers: 'followed',
  httpProviders: 'followed',
  routes: 'followed',
  passthrough: 'followed',
  retries: 'followed',
  tiers: 'followed',
  teams: 'followed',
  tagSources: 'followed',
  defaultRates: 'followed',
  models: 'followed',
  keys: 'followed',
  auth: 'followed',
  prices: 'followed',
  priceFiles: 'followed',
  pipeline: 'followed',
  sealKeys: 'followed',
  ownedPer: 'followed',
  tokenizer: 'followed',
  alerts: 'followed',
  defaults: 'in part',
  policies: 'in part',
  runaway: 'in part',
  listen: 'restart',
  store: 'restart',
  durability: 'restart',
  spool: 'restart',
  org: 'restart',
  timeZone: 'restart',
  masterKey: 'restart',
  proxies: 'restart',
  timeouts: 'restart',
  breakers: 'restart',
  maxUnseenUsers: 'restart',
  priceUpdates: 'restart',
  cache: 'restart',
  audit: 'restart',
  admin: 'restart',
}

const config = loadConfig({ env: {}, cwd: '/nowhere' })

it('decides on every field there is', () => {
  expect(Object.keys(BECOMES).sort()).toEqual(Object.keys(config).sort())
})

it.each(Object.entries(BECOMES))('%s: %s', (field, becomes) => {
  const changed = { ...config, [field]: { another: 'value' } } as unknown as Config
  const kept = () => withoutRestart(config, changed)[field as keyof Config]
  if (becomes === 'restart') expect(kept()).toEqual(config[field as keyof Config])
  if (becomes === 'followed' || becomes === 'told') {
    expect(kept()).toEqual({ another: 'value' })
    expect(needsRestart(config, changed)).toEqual([])
  }
})

it('takes what it can of a field that a gateway is built on in part', () => {
  const perUser = { name: 'users', per: 'user', budget: { id: 'users/usd-day' } }
  const perKey = { name: 'keys', per: 'key', budget: { id: 'keys/usd-day' } }
  const next = {
    ...config,
    policies: [perUser, perKey],
    runaway: { ...config.runaway, failures: 'off', coolDownMs: 1 },
  }
  const after = next as unknown as Config
  expect(needsRestart(config, after)).toEqual(['policies (per: user)', 'runaway.cooldown'])
  expect(withoutRestart(config, after)).toMatchObject({
    policies: [{ name: 'keys' }],
    runaway: { failures: 'off', coolDownMs: config.runaway.coolDownMs },
  })
})
