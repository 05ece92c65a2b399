import { type Clock, systemClock } from '../../core/clock.ts'
import { checkRead } from '../check.ts'
import type { AccountId, Amounts } from '../ledger.ts'
import { type AsideOptions, aside } from './aside.ts'
import type { RedisTarget } from './connection.ts'
import { readAmounts } from './text.ts'

export interface RedisSpendOptions extends AsideOptions {
  readonly clock?: Clock
}

/** What was charged on one day for one model on one path of accounts: a line of a roll-up. */
export interface DailySpend {
  /** UTC, as in `2026-11-21`. */
  readonly day: string
  /** Outermost first; empty for the sum of what came when the day had its 10,000 lines already. */
  readonly path: readonly AccountId[]
  /** As it was asked for; '' where the path is empty. */
  readonly model: string
  /** Below zero when a charge of an earlier day was lowered on this one. */
  readonly charged: Amounts
}

export interface RedisSpend {
  /** The roll-ups of an org from the UTC day of `sinceMs` until today; of all 400 days that are kept when it is absent. */
  daily(org: string, sinceMs?: number): Promise<readonly DailySpend[]>
  close(): Promise<void>
}

const DAY_MS = 86_400_000
const KEPT_DAYS = 400
/** Days that are asked for at once. */
const BITE = 50

/**
 * Tells what a fleet was charged, by day. A charge enters the roll-up of its day in the step that ends its reservation and
 * books it on the accounts, so the two agree to the nano-dollar; what an operator adjusts by hand is in no roll-up.
 * Nothing is written, and Redis is connected to when something is first asked.
 *
 * @example
 * const today = await redisSpend('redis://127.0.0.1:6379').daily('acme', Date.now())
 */
export function redisSpend(
  target: RedisTarget,
  { clock = systemClock, ...options }: RedisSpendOptions = {},
): RedisSpend {
  const { keys, call, close } = aside(target, options)

  return {
    async daily(org, sinceMs = -Infinity) {
      checkRead(org, [])
      const { rollup } = keys.of(org)
      const spent: DailySpend[] = []
      const days = daysFrom(sinceMs, clock.now())
      for (let at = 0; at < days.length; at += BITE) {
        const some = days.slice(at, at + BITE)
        const found = await Promise.all(some.map((dayMs) => call('HGETALL', rollup(dayMs))))
        for (const [index, lines] of found.entries()) spent.push(...linesOf(some[index]!, lines as string[]))
      }
      return spent
    },
    close,
  }
}

/** The beginnings of UTC days, ms; tomorrow's as well, since another gateway's clock may be there already. */
function daysFrom(sinceMs: number, nowMs: number): number[] {
  const tomorrow = Math.floor(nowMs / DAY_MS) + 1
  const first = Math.max(Math.floor(sinceMs / DAY_MS), tomorrow - KEPT_DAYS - 1)
  return Array.from({ length: Math.max(0, tomorrow - first + 1) }, (_, at) => (first + at) * DAY_MS)
}

/** @param lines label and sums, in turn. */
function linesOf(dayMs: number, lines: readonly string[]): DailySpend[] {
  const day = new Date(dayMs).toISOString().slice(0, 10)
  return Array.from({ length: lines.length / 2 }, (_, at) => {
    const label = lines[2 * at]!
    const names: readonly string[] = label === '' ? [''] : JSON.parse(label)
    return {
      day,
      path: names.slice(0, -1) as AccountId[],
      model: names.at(-1)!,
      charged: readAmounts(lines[2 * at + 1]!),
    }
  })
}
