import type { Redis } from 'ioredis'
import type { OrgKeys } from '../../../packages/kit/src/ledger/redis/keys.ts'
import { encode, type Script } from '../../../packages/kit/src/ledger/redis/scripts/script.ts'
import { describedAt, NOON_MS, type RuleText, rulesOf } from './words.ts'

/** One org's books, as a caller has them: what it knows of their accounts, and a clock of the test's. */
export interface LuaWorld {
  readonly redis: Redis
  readonly keys: OrgKeys
  readonly clock: { nowMs: number }
  readonly accounts: Map<string, readonly RuleText[]>
  run<Keys extends object, Arguments extends object, Reply>(
    script: Script<Keys, Arguments, Reply>,
    keys: Keys,
    args: Arguments,
  ): Promise<Reply>
  described(names: readonly string[]): { shapes: string[]; windows: string[] }
  accountKeys(path: readonly string[]): string[]
  /** The `v` of an account as it was provisioned. */
  namedBy(account: string): string
}

export function luaWorld(redis: Redis, keys: OrgKeys): LuaWorld {
  const accounts = new Map<string, readonly RuleText[]>()
  const clock = { nowMs: NOON_MS }
  return {
    redis,
    keys,
    clock,
    accounts,
    run: async (script, scriptKeys, args) =>
      (await redis.call('EVALSHA', script.sha1, ...encode(script, scriptKeys, args))) as never,
    described: (names) =>
      describedAt(
        clock.nowMs,
        names.map((name) => accounts.get(name) ?? []),
      ),
    accountKeys: (path) => path.map((name) => keys.account(name)),
    namedBy: (name) => rulesOf(accounts.get(name) ?? []).v,
  }
}
