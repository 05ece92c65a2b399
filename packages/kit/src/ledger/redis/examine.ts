import { type Clock, systemClock } from '../../core/clock.ts'
import { type Aside, type AsideOptions, aside } from './aside.ts'
import { type CheckOptions, type Finding, findingsOn } from './checks.ts'
import type { RedisTarget } from './connection.ts'
import { serverFacts } from './server-facts.ts'

export interface ExamineOptions extends AsideOptions {
  /** This machine's. */
  readonly clock?: Clock
  /** `strict` makes refusals of warnings. */
  readonly durability?: 'normal' | 'strict'
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
  { clock = systemClock, durability = 'normal', ...options }: ExamineOptions = {},
): Promise<readonly ServerFinding[]> {
  const servers = aside(target, options)
  try {
    const stakes = await stakesToday(servers, clock.now())
    const found = await serverFacts(servers, clock)
    return found.flatMap((facts) =>
      findingsOn(facts, stakes).map((finding) => ({
        server: facts.name,
        ...finding,
        level: durability === 'strict' && finding.level === 'warn' ? 'refuse' : finding.level,
      })),
    )
  } finally {
    await servers.close()
  }
}

const DAY_MS = 86_400_000

/** What all orgs were charged today, in all and by the second. */
async function stakesToday({ call, keys }: Aside, nowMs: number): Promise<CheckOptions> {
  const orgs = (await call('SMEMBERS', keys.orgs)) as readonly string[]
  let nanoUsdToday = 0
  for (const org of orgs) {
    const sums = (await call('HVALS', keys.of(org).rollup(nowMs))) as readonly string[]
    for (const sum of sums) nanoUsdToday += Number(sum.split(' ')[0])
  }
  return { nanoUsdToday, nanoUsdPerSecond: nanoUsdToday / Math.max(1, (nowMs % DAY_MS) / 1000) }
}
