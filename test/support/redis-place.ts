import type { SimulatedProviderOptions } from '@tollgate/testing'
import { closeAfter } from './close-after.ts'
import { type Place, place, SECRET } from './gateway.ts'
import { type RedisServer, redisServer } from './redis.ts'

export const ORG = 'acme'
/** The secret of bob, beside ada's. */
export const BOBS_SECRET = 'a-secret-of-bob-that-is-long-enough-for-a-key'

/** A place whose gateways keep their books on one Redis. */
export interface RedisPlace extends Place {
  readonly redis: RedisServer
}

export interface RedisPlaceOptions {
  /** Lines of the server's own config. */
  readonly redis?: Readonly<Record<string, string>>
  /** What the config says of the store; `REDIS` stands for the server's address. */
  readonly store?: string
  readonly provider?: SimulatedProviderOptions
  /** Whether the books have been opened. */
  readonly init?: boolean
}

/** Where the gateways of a test call, how callers are called, and where the books are. */
export const redisYaml = (store: string, more: string): string => `
store: "${store}"
master_key: "the-master-key-of-a-fleet-is-the-same-everywhere"
org: ${ORG}
teams: [{ id: science }, { id: sales }]
${more}`

/** @param more the config beyond the store; keys above all. */
export async function redisPlace(
  more = keys(),
  { redis: lines = {}, store = 'REDIS/0', provider = {}, init = true }: RedisPlaceOptions = {},
): Promise<RedisPlace> {
  const redis = await redisServer({ config: lines })
  closeAfter(() => redis.stop())
  const made = await place(redisYaml(store.replace('REDIS', redis.url), more), provider)
  if (init) {
    const { code, err } = await made.command('ledger init')
    if (code !== 0) throw new Error(err)
  }
  return { ...made, redis }
}

/** Two callers of two teams, each with a daily budget in USD. */
export const keys = (usd = 5): string => `
keys:
  - { id: ada, team: science, secret: "${SECRET}", budgets: [{ limit_usd: ${usd}, period: daily }] }
  - { id: bob, team: sales, secret: "${BOBS_SECRET}", budgets: [{ limit_usd: ${usd}, period: daily }] }
`
