import { type Clock, systemClock } from '../../core/clock.ts'
import { machineTimers } from '../../core/timers.ts'
import { askRedis } from './ask.ts'
import type { Shared } from './books.ts'
import { type CheckOptions, type Finding, findingsOn } from './checks.ts'
import { connectRedis, type RedisTarget } from './connection.ts'
import { type LedgerKeys, ledgerKeys } from './keys.ts'
import { serverFacts } from './server-facts.ts'

export interface ExamineOptions {
  readonly prefix?: string
  /** This machine's. */
  readonly clock?: Clock
  /** `strict` makes refusals of warnings. */
  readonly durability?: 'normal' | 'strict'
  /** How long a command may take, ms. */
  readonly deadlineMs?: number
}

export interface ServerFinding extends Finding {
  readonly server: string
}

/**
 * Look at the servers that are to keep the books, before they do: what must be changed, and what it exposes as it is, in
 * dollars of what is spent today. Nothing is written.
 *
 * @throws Error when they cannot be asked, with the reason as its `cause` where there is no connection.
 */
export async function examineRedis(
  target: RedisTarget,
  { prefix = 'tg', clock = systemClock, durability = 'normal', deadlineMs = 5000 }: ExamineOptions = {},
): Promise<readonly ServerFinding[]> {
  const connection = connectRedis(target, () => {})
  const { call, callEach } = askRedis(connection, { deadlineMs, timers: machineTimers })
  try {
    const stakes = await stakesToday(call, ledgerKeys(prefix), clock.now())
    const servers = await serverFacts({ callEach }, clock)
    return servers.flatMap((facts) =>
      findingsOn(facts, stakes).map((finding) => ({
        server: facts.name,
        ...finding,
        level: durability === 'strict' && finding.level === 'warn' ? 'refuse' : finding.level,
      })),
    )
  } finally {
    await connection.close()
  }
}

const DAY_MS = 86_400_000

/** What all orgs were charged today, in all and by the second. */
async function stakesToday(call: Shared['call'], keys: LedgerKeys, nowMs: number): Promise<CheckOptions> {
  const orgs = (await call('SMEMBERS', keys.orgs)) as readonly string[]
  let nanoUsdToday = 0
  for (const org of orgs) {
    const sums = (await call('HVALS', keys.of(org).rollup(nowMs))) as readonly string[]
    for (const sum of sums) nanoUsdToday += Number(sum.split(' ')[0])
  }
  return { nanoUsdToday, nanoUsdPerSecond: nanoUsdToday / Math.max(1, (nowMs % DAY_MS) / 1000) }
}
