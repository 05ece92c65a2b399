import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config/index.ts'

/** Fields that a gateway is built on, by their names in a file: they stay as they are until a restart. */
const BUILT_ON: Readonly<Record<string, (config: Config) => unknown>> = {
  listen: ({ listen }) => listen,
  admin: ({ admin }) => admin,
  store: ({ store }) => store,
  durability: ({ durability }) => durability,
  spool: ({ spool }) => spool,
  org: ({ org }) => org,
  timezone: ({ timeZone }) => timeZone,
  master_key: ({ masterKey }) => masterKey,
  'defaults.user': ({ defaults, maxUnseenUsers }) => [defaults.user, maxUnseenUsers],
  'policies (per: user)': ({ policies }) => policies.filter(({ per }) => per === 'user'),
  'runaway.cooldown': ({ runaway }) => runaway.coolDownMs,
  timeouts: ({ timeouts }) => timeouts,
  breakers: ({ breakers }) => breakers,
  price_updates: ({ priceUpdates }) => priceUpdates,
  cache: ({ cache }) => cache,
  audit: ({ audit }) => audit,
}

/** The fields that differ and take effect with a restart only, by the names that a file has for them. */
export function needsRestart(before: Config, after: Config): readonly string[] {
  return Object.entries(BUILT_ON)
    .filter(([, part]) => !isDeepStrictEqual(part(before), part(after)))
    .map(([field]) => field)
}

/** A config of which what a gateway is built on is as it was. */
export function withoutRestart(before: Config, after: Config): Config {
  const { defaults, policies, runaway } = after
  const { listen, admin, store, durability, spool, org, timeZone, masterKey, maxUnseenUsers } = before
  const { timeouts, breakers, priceUpdates, cache, audit, proxies } = before
  return {
    ...after,
    listen,
    admin,
    store,
    durability,
    spool,
    org,
    timeZone,
    masterKey,
    maxUnseenUsers,
    timeouts,
    breakers,
    priceUpdates,
    cache,
    audit,
    proxies,
    defaults: { ...defaults, user: before.defaults.user },
    policies: [
      ...before.policies.filter(({ per }) => per === 'user'),
      ...policies.filter(({ per }) => per !== 'user'),
    ],
    runaway: { ...runaway, coolDownMs: before.runaway.coolDownMs },
  }
}
