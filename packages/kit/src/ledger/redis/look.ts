import { machineTimers } from '../../core/timers.ts'
import { checkRead } from '../check.ts'
import { askRedis } from './ask.ts'
import { connectRedis, type RedisTarget } from './connection.ts'
import { ledgerKeys } from './keys.ts'
import { heartbeat } from './scripts/heartbeat.ts'

export interface LookOptions {
  readonly org: string
  readonly prefix?: string
  /** How long a command may take, ms. */
  readonly deadlineMs?: number
}

export interface BooksStanding {
  /** How far they have come: it grows with every change of the money. */
  readonly sequence: number
  /**
   * They are on another server, or another run of it, than they were last changed on, and no gateway has recovered them:
   * either none has come by since, or those that did had seen them farther than they are, and refuse.
   */
  readonly moved: boolean
}

/** Of what a Date can hold. */
const END_OF_TIME_MS = 8.64e15

/**
 * See how the books of an org stand, without changing anything.
 *
 * @throws Error when there are none, or they are of another layout, or Redis does not answer.
 */
export async function lookAtRedisBooks(
  target: RedisTarget,
  { org, prefix = 'tg', deadlineMs = 5000 }: LookOptions,
): Promise<BooksStanding> {
  checkRead(org, [])
  const { meta, deadlines } = ledgerKeys(prefix).of(org)
  const connection = connectRedis(target, () => {})
  const { ask } = askRedis(connection, { deadlineMs, timers: machineTimers })
  try {
    // A heartbeat of nothing, from a process that has seen nothing yet: it asks only where the books are. At the end of
    // time, since the books look at the server only when the second has passed in which they were last changed.
    const reply = await ask(
      heartbeat,
      { deadlines, meta, reservations: [] },
      { now: END_OF_TIME_MS, qSeen: 0, ttl: 1, beats: [] },
    )
    return { sequence: Number(reply.at(-1)), moved: reply[0] === 'epoch' }
  } finally {
    await connection.close()
  }
}
