import { type Clock, systemClock } from '../../core/clock.ts'
import { checkRead } from '../check.ts'
import { type Aside, type AsideOptions, aside } from './aside.ts'
import type { RedisTarget } from './connection.ts'
import type { OrgKeys } from './keys.ts'
import { PAUSE_MS } from './recover.ts'
import { recover } from './scripts/recover.ts'
import { resetClock } from './scripts/reset-clock.ts'

/** What only a person may decide, because no process can know whether it is right. */
export interface OperatorOptions extends AsideOptions {
  readonly org: string
  /** As the ledger's: the Redis server's own when absent. */
  readonly clock?: Clock
}

export interface AcceptLossOptions extends OperatorOptions {
  /**
   * How far the gateways had seen the books come, as their refusal says; each may have seen them come farther than
   * another. Absent: farther than any of them can have.
   */
  readonly sequence?: number
}

/** No books come so far within the life of a process: at 10,000 changes a second it takes three years. */
const BEYOND = 10 ** 12

/**
 * Take the books of an org as they are, though they have lost more than the gateways can tell again: what was spent in
 * between is forgotten. The gateways tell what they still know, and go on.
 *
 * @returns `not_behind`: the books had come as far as `sequence` says, and nothing was changed.
 */
export function acceptRedisLoss(
  target: RedisTarget,
  { sequence, ...options }: AcceptLossOptions,
): Promise<'accepted' | 'not_behind'> {
  return onBooks(target, options, async ({ ask, call, meta, now }) => {
    const given = sequence === undefined ? await farthestSeen(call, meta) : [sequence]
    let status = ''
    for (const qSeen of given) {
      const reply = await ask(recover, { meta }, { now, qSeen, qSafe: 0, confirmed: '1', pause: PAUSE_MS })
      status = reply[0]
    }
    return status === 'there' ? 'not_behind' : 'accepted'
  })
}

/** As far as anybody can have seen the books come, before each time that they were taken over, and by now. */
async function farthestSeen(call: Aside['call'], meta: string): Promise<readonly number[]> {
  const fields = (await call('HGETALL', meta)) as readonly string[]
  const takeovers = fields.flatMap((name, at) =>
    at % 2 === 0 && name.startsWith('over:') ? [Number.parseInt(fields[at + 1]!, 10) - 1] : [],
  )
  const here = Number(fields[fields.indexOf('q') + 1] ?? 0)
  return [...takeovers, here + BEYOND]
}

export interface ResetClockOptions extends OperatorOptions {
  /** This machine's, which the server's must agree with. */
  readonly ownClock?: Clock
}

/**
 * Let the books of an org believe the server's clock again, after it had been ahead. Windows begun too early stay begun.
 *
 * @returns `clocks_apart`: the server's clock and this machine's differ by more than a minute, and nothing was changed. A
 * clock that is behind would open windows that are past, and then those of now a second time.
 */
export function resetRedisClock(
  target: RedisTarget,
  { ownClock = systemClock, ...options }: ResetClockOptions,
): Promise<'reset' | 'clocks_apart'> {
  return onBooks(target, options, async ({ ask, meta, now }) => {
    const [status] = await ask(resetClock, { meta }, { now, clock: ownClock.now() })
    return status === 'ok' ? 'reset' : 'clocks_apart'
  })
}

interface Deciding extends Pick<Aside, 'ask' | 'call'>, Pick<OrgKeys, 'meta'> {
  readonly now: string | number
}

async function onBooks<T>(
  target: RedisTarget,
  { org, clock, ...options }: OperatorOptions,
  decide: (books: Deciding) => Promise<T>,
): Promise<T> {
  checkRead(org, [])
  const { keys, ask, call, close } = aside(target, options)
  const { meta } = keys.of(org)
  try {
    return await decide({ ask, call, meta, now: clock?.now() ?? '' })
  } finally {
    await close()
  }
}
