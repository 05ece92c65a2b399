import type { Clock } from '../../core/clock.ts'
import { machineTimers } from '../../core/timers.ts'
import { checkRead } from '../check.ts'
import { askRedis } from './ask.ts'
import type { Shared } from './books.ts'
import { connectRedis, type RedisTarget } from './connection.ts'
import { ledgerKeys, type OrgKeys } from './keys.ts'
import { PAUSE_MS } from './recover.ts'
import { recover } from './scripts/recover.ts'
import { resetClock } from './scripts/reset-clock.ts'

/** What only a person may decide, because no process can know whether it is right. */
export interface OperatorOptions {
  readonly org: string
  readonly prefix?: string
  /** As the ledger's: the Redis server's own when absent. */
  readonly clock?: Clock
  /** How long a command may take, ms. */
  readonly deadlineMs?: number
}

export interface AcceptLossOptions extends OperatorOptions {
  /** How far the gateways had seen the books come: their refusal says it. */
  readonly sequence: number
}

/**
 * Take the books of an org as they are, though they have lost more than the gateways can tell again: what was spent in
 * between is forgotten. The gateways tell what they still know, and go on.
 */
export function acceptLoss(target: RedisTarget, { sequence, ...options }: AcceptLossOptions): Promise<void> {
  return onBooks(target, options, async ({ ask, meta, now }) => {
    await ask(recover, { meta }, { now, qSeen: sequence, qSafe: 0, confirmed: '1', pause: PAUSE_MS })
  })
}

/** Let the books of an org believe the server's clock again, after it had been ahead. Windows begun too early stay begun. */
export function resetRedisClock(target: RedisTarget, options: OperatorOptions): Promise<void> {
  return onBooks(
    target,
    options,
    async ({ ask, meta, now }) => void (await ask(resetClock, { meta }, { now })),
  )
}

interface Deciding extends Pick<Shared, 'ask'>, Pick<OrgKeys, 'meta'> {
  readonly now: string | number
}

async function onBooks(
  target: RedisTarget,
  { org, prefix, clock, deadlineMs = 5000 }: OperatorOptions,
  decide: (books: Deciding) => Promise<void>,
): Promise<void> {
  checkRead(org, [])
  const { meta } = ledgerKeys(prefix).of(org)
  const connection = connectRedis(target, () => {})
  const { ask } = askRedis(connection, { deadlineMs, timers: machineTimers })
  try {
    await decide({ ask, meta, now: clock?.now() ?? '' })
  } finally {
    await connection.close()
  }
}
