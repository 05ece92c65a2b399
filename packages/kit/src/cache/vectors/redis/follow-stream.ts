import { machineTimers } from '../../../core/timers.ts'
import type { RedisConnection } from '../../../ledger/redis/connection.ts'
import type { FleetFollower } from '../fleet-log.ts'
import { readEvent } from './event.ts'

export interface FollowStreamOptions {
  readonly key: string
  /** How long Redis may take beyond the time that it was told to wait, ms. */
  readonly deadlineMs: number
  readonly follower: FleetFollower
  readonly onFault: (error: unknown) => void
}

/** How long one read waits for events, ms. */
const BLOCK_MS = 1_000
/** How long after a failure it is tried again, ms. */
const RETRY_MS = 500
const EVENTS_PER_READ = 1_000
/** Before the first event, which has the number 0. */
const BEFORE_ALL = -1

/**
 * Follow a stream whose entries are numbered without a gap, from its end on. Some were missed where a number is not the next
 * one (they had to make room), and where the stream ends before what was read of it (Redis has lost it, or a replica has
 * taken over that did not have it all).
 *
 * @param connection of its own: it is waited on, and closed at the end.
 */
export function followStream(
  connection: RedisConnection,
  { key, deadlineMs, follower, onFault }: FollowStreamOptions,
): () => Promise<void> {
  let isEnded = false
  /** The last number that was read; undefined until the end of the stream has been found. */
  let last: number | undefined
  let wake = () => {}

  /** A command of a server that hangs is given up with its connection. */
  async function ask(command: string, ...args: readonly (string | number)[]): Promise<unknown> {
    const giveUp = machineTimers.setTimeout(() => connection.reconnect(), BLOCK_MS + deadlineMs)
    try {
      return await connection.call(command, ...args)
    } finally {
      machineTimers.clearTimeout(giveUp)
    }
  }

  async function findEnd(): Promise<number> {
    const [entry] = (await ask('XREVRANGE', key, '+', '-', 'COUNT', 1)) as Entry[]
    return entry ? numberOf(entry) : BEFORE_ALL
  }

  async function step(): Promise<void> {
    if (last === undefined) {
      last = await findEnd()
      // What was read before anybody listened may have changed since.
      await follower.onGap()
    }
    const from = last === BEFORE_ALL ? '0-0' : `1-${last}`
    const reply = await ask('XREAD', 'COUNT', EVENTS_PER_READ, 'BLOCK', BLOCK_MS, 'STREAMS', key, from)
    const entries = entriesIn(reply as StreamReply)
    if (entries.length === 0) return lookForLoss(last)
    const isGap = numberOf(entries[0]!) !== last + 1
    last = numberOf(entries.at(-1)!)
    if (isGap) await follower.onGap()
    const events = entries.flatMap(([, [, text = '']]) => readEvent(text) ?? [])
    if (events.length > 0) await follower.onEvents(events)
  }

  async function lookForLoss(read: number): Promise<void> {
    const end = await findEnd()
    if (end >= read) return
    last = end
    await follower.onGap()
  }

  async function run(): Promise<void> {
    while (!isEnded) {
      try {
        await step()
      } catch (error) {
        if (isEnded) return
        onFault(error)
        await new Promise<void>((resolve) => {
          wake = resolve
          machineTimers.setTimeout(resolve, RETRY_MS)
        })
        if (last !== undefined) await lookForLoss(last).catch(() => {})
      }
    }
  }

  const running = run()
  return async () => {
    isEnded = true
    wake()
    // What it waits for ends with the connection.
    connection.reconnect()
    await connection.close()
    await running
  }
}

/** An entry as Redis gives it: its id, and its only field with its value. */
type Entry = readonly [id: string, fields: readonly [field: string, text: string]]

/** One stream by its key: a map in RESP3, which a client makes a flat list of, and a list of pairs in RESP2; null of none. */
type StreamReply = readonly [string, Entry[]] | readonly [readonly [string, Entry[]]] | null

function entriesIn(reply: StreamReply): readonly Entry[] {
  if (reply === null) return []
  return reply.length === 2 ? reply[1] : reply[0][1]
}

const numberOf = ([id]: Entry): number => Number(id.slice(id.indexOf('-') + 1))
