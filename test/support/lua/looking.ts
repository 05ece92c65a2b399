import { read } from '../../../packages/kit/src/ledger/redis/scripts/read.ts'
import { rulesOf } from './words.ts'
import type { LuaWorld } from './world.ts'

/** What the books say, by their own commands and past them. */
export function looking({ redis, keys, clock, accounts, run, described, accountKeys }: LuaWorld) {
  return {
    read(names: readonly string[]) {
      const { shapes, windows } = described(names)
      const seen = names.map((name, at) => ({ v: rulesOf(accounts.get(name) ?? []).v, shape: shapes[at]! }))
      return run(
        read,
        { meta: keys.meta, accounts: accountKeys(names) },
        { now: clock.nowMs, accounts: seen, windows },
      )
    },
    /** `settled reserved unconfirmed overdraft` of one rule, in its window of now. */
    async counter(name: string, rule: number): Promise<string> {
      const reply = await this.read([name])
      if (reply[0] !== 'ok' || reply[1][0]![0] !== 'ok')
        throw new Error(`no counter: ${JSON.stringify(reply)}`)
      return reply[1][0]![2 + rule]!
    },
    /** The same of any counter that the account keeps, also in windows that have ended. */
    async keptCounter(name: string, field: string): Promise<string> {
      const kept = (await redis.hgetBuffer(keys.account(name), field))!
      return [0, 8, 16, 24].map((at) => kept.readDoubleBE(at)).join(' ')
    },
    /** The books as they are, to be put back later: as a replica that lags, or a backup, would have them. */
    async save(): Promise<readonly [string, Buffer, number][]> {
      const names = await redis.keys(`${keys.meta.slice(0, -4)}*`)
      return Promise.all(
        names.map(
          async (key) => [key, (await redis.dumpBuffer(key))!, Math.max(0, await redis.pttl(key))] as const,
        ),
      ) as Promise<[string, Buffer, number][]>
    },
    async load(saved: readonly [string, Buffer, number][]): Promise<void> {
      await redis.del(...(await redis.keys(`${keys.meta.slice(0, -4)}*`)))
      for (const [key, value, ttl] of saved) await redis.restore(key, ttl, value)
    },
    /** The amounts of every day and label. */
    async rollups(): Promise<string[]> {
      const days = await redis.keys(`${keys.meta.slice(0, -4)}spend:*`)
      return (await Promise.all(days.map((day) => redis.hvals(day)))).flat()
    },
    /** Everything that the org has in Redis, for comparing. */
    async dump(): Promise<Record<string, unknown>> {
      const found: Record<string, unknown> = {}
      for (const key of (await redis.keys(`${keys.meta.slice(0, -4)}*`)).sort()) {
        if ((await redis.type(key)) === 'hash') found[key] = textOf(await redis.hgetallBuffer(key))
        else found[key] = await redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
      }
      return found
    },
  }
}

/** Counters are bytes: as text each byte is a character, so that no two of them look the same. */
function textOf(hash: Record<string, Buffer>): Record<string, string> {
  return Object.fromEntries(Object.entries(hash).map(([field, value]) => [field, value.toString('latin1')]))
}
