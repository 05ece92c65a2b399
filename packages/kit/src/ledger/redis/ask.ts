import type { Clock } from '../../core/clock.ts'
import type { Timers } from '../../core/timers.ts'
import type { Shared } from './books.ts'
import { breaker } from './breaker.ts'
import type { RedisConnection } from './connection.ts'
import { CommandTimeout, inFlight } from './in-flight.ts'
import { LAYOUT } from './keys.ts'
import { noConnection } from './no-connection.ts'
import { encode } from './scripts/script.ts'

export interface AskOptions {
  readonly deadlineMs: number
  readonly timers: Timers
}

/** Deadlines are spans of real time, whatever clock the books are on. */
const monotonic: Clock = { now: () => performance.now() }

/** Ask Redis, within bounds: of what is asked at once, and of how long anybody waits for it. */
export function askRedis(
  connection: RedisConnection,
  { deadlineMs, timers }: AskOptions,
): Pick<Shared, 'ask' | 'call'> & Pick<RedisConnection, 'callEach'> {
  const { run } = inFlight({ deadlineMs, clock: monotonic, timers })
  const guard = breaker({ clock: monotonic, classify, onOpen: () => connection.reconnect() })

  async function send<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await guard.run(() => run(command))
    } catch (error) {
      // Who waited in vain is told only that there was no answer; the connection knows why.
      const { fault } = connection
      throw fault && error instanceof CommandTimeout ? noConnection(fault) : error
    }
  }

  return {
    async ask(script, keys, args) {
      const words = encode(script, keys, args)
      const reply = await send(() => connection.run(script, words))
      const [status, layout, unit] = reply as readonly string[]
      if (status === 'layout') throw otherLayout(keys, layout!, unit!)
      return reply as never
    },
    call: (command, ...args) => send(() => connection.call(command, ...args)),
    callEach: (command, ...args) => send(() => connection.callEach(command, ...args)),
  }
}

function classify(error: unknown): 'silent' | 'answered' | undefined {
  if (error instanceof CommandTimeout) return 'silent'
  return error instanceof Error && error.name === 'ReplyError' ? 'answered' : undefined
}

function otherLayout(keys: object, layout: string, unit: string): Error {
  const where = (keys as { readonly meta?: string }).meta
  return layout === ''
    ? new Error(
        `there are no books at ${where}: open them with \`tollgate ledger init\`, or restore them if they are lost`,
      )
    : new Error(
        `the books at ${where} have layout ${layout} and count in ${unit}, this Tollgate reads layout ${LAYOUT} in nano-USD: use the Tollgate that wrote them, or a newer one`,
      )
}
