import { checkRead } from '../check.ts'
import { type AsideOptions, aside } from './aside.ts'
import type { RedisTarget } from './connection.ts'
import { heartbeat } from './scripts/heartbeat.ts'

export interface LookOptions extends AsideOptions {
  readonly org: string
}

export interface BooksStanding {
  /** How far they have come: it grows with every change of the money. */
  readonly sequence: number
  /**
   * They are on another server, or another run of it, than they were last changed on, and no gateway has recovered them:
   * either none has come by since, or those that did had seen them farther than they are, and refuse.
   */
  readonly moved: boolean
  /**
   * Reservations that were thrown away while they were open, by an eviction or by hand: so many were missing when they were
   * to expire. What they held stays reserved.
   */
  readonly lost: number
}

/**
 * See how the books of an org stand, without changing anything.
 *
 * @throws Error when there are none, or they are of another layout, or Redis does not answer.
 */
export async function lookAtRedisBooks(
  target: RedisTarget,
  { org, ...options }: LookOptions,
): Promise<BooksStanding> {
  checkRead(org, [])
  const { keys, ask, call, close } = aside(target, options)
  const { meta, deadlines } = keys.of(org)
  try {
    // A heartbeat of nothing, from a process that has seen nothing yet: it asks only where the books are.
    const reply = await ask(
      heartbeat,
      { deadlines, meta, reservations: [] },
      { now: '', qSeen: 0, ttl: 1, beats: [] },
    )
    const lost = Number((await call('HGET', meta, 'lost')) ?? 0)
    return { sequence: Number(reply.at(-1)), moved: reply[0] === 'epoch', lost }
  } finally {
    await close()
  }
}
