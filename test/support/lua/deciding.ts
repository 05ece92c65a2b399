import { adjust } from '../../../packages/kit/src/ledger/redis/scripts/adjust.ts'
import { type ProvisionReply, provision } from '../../../packages/kit/src/ledger/redis/scripts/provision.ts'
import { recover } from '../../../packages/kit/src/ledger/redis/scripts/recover.ts'
import { type RuleText, rulesOf, windowPair } from './words.ts'
import type { LuaWorld } from './world.ts'

/** The commands of operators and of who takes books over. */
export function decidingCommands({ redis, keys, clock, accounts, run, described }: LuaWorld) {
  return {
    async provision(name: string, rules: readonly RuleText[], more: object = {}): Promise<ProvisionReply> {
      const [seenV, seenLimits] = await redis.hmget(keys.account(name), 'v', 'limits')
      accounts.set(name, rules)
      const { shapes, windows } = described([name])
      return run(
        provision,
        { meta: keys.meta, known: keys.known, account: keys.account(name) },
        {
          now: clock.nowMs,
          account: name,
          seenV: seenV ?? '',
          seenLimits: seenLimits ?? '',
          ...rulesOf(rules),
          shape: shapes[0]!,
          revision: '',
          auto: '',
          parent: '',
          seeds: '',
          at: '',
          windows,
          ...more,
        },
      )
    },
    adjust(id: string, name: string, rule: number, delta: number, window = windowPair('day', clock.nowMs)) {
      return run(
        adjust,
        {
          meta: keys.meta,
          adjustments: keys.adjustments,
          account: keys.account(name),
          rollup: keys.rollup(clock.nowMs),
        },
        {
          now: clock.nowMs,
          id,
          v: rulesOf(accounts.get(name) ?? []).v,
          rule,
          delta,
          note: 'invoice',
          at: '',
          label: '',
          charged: '',
          window: rule === 0 ? '' : window,
        },
      )
    },
    recover(more: object = {}) {
      const args = { now: clock.nowMs, qSeen: 0, qSafe: 0, confirmed: '0', pause: 2500, ...more }
      return run(recover, { meta: keys.meta }, args)
    },
  }
}
