import { setImmediate } from 'node:timers'
import type { Clock } from '../../core/clock.ts'
import type { Timers } from '../../core/timers.ts'

export interface InFlightOptions {
  /** How long a command may take in all, waiting included, ms. */
  readonly deadlineMs: number
  /** Commands on their way at once. */
  readonly maxRunning?: number
  /** Commands that wait for one of them to end; one more is refused. */
  readonly maxWaiting?: number
  readonly clock: Clock
  readonly timers: Timers
}

export interface InFlight {
  /**
   * Send a command as soon as its turn comes, in the order in which they are given.
   *
   * @throws Error when too many are waiting, or it has waited too long: then it was not sent.
   * @throws CommandTimeout when it was sent and there is no reply in time: then its effect is unknown.
   */
  run<T>(send: () => Promise<T>): Promise<T>
}

/** A command was sent and not answered in time. */
export class CommandTimeout extends Error {
  override readonly name = 'CommandTimeout'
}

interface Entry {
  readonly send: () => Promise<unknown>
  readonly resolve: (reply: never) => void
  readonly reject: (error: unknown) => void
  readonly dueMs: number
  running: boolean
}

/**
 * Bounds what a process asks of Redis at once, and how long anybody waits for it. All commands have the same deadline, so
 * the oldest is due first, and one timer is enough for all of them.
 */
export function inFlight({
  deadlineMs,
  maxRunning = 512,
  maxWaiting = 4096,
  clock,
  timers,
}: InFlightOptions): InFlight {
  /** In the order of their deadlines. */
  const live = new Set<Entry>()
  const waiting: Set<Entry> = new Set()
  let running = 0
  let timer: unknown

  function start(entry: Entry): void {
    entry.running = true
    running += 1
    entry.send().then(
      (reply) => end(entry) && entry.resolve(reply as never),
      (error) => end(entry) && entry.reject(error),
    )
  }

  /** False when somebody else has ended it: a reply that comes too late. */
  function end(entry: Entry): boolean {
    if (!live.delete(entry)) return false
    if (entry.running) running -= 1
    else waiting.delete(entry)
    startNext()
    return true
  }

  function startNext(): void {
    for (const entry of waiting) {
      if (running >= maxRunning) return
      waiting.delete(entry)
      start(entry)
    }
  }

  function watch(): void {
    const [oldest] = live
    if (timer !== undefined || !oldest) return
    timer = timers.setTimeout(
      () => {
        // An event loop that has stood still is not a slow Redis: first take in the replies that have come meanwhile.
        setImmediate(endOverdue)
      },
      Math.max(0, oldest.dueMs - clock.now()),
    )
  }

  function endOverdue(): void {
    timer = undefined
    const nowMs = clock.now()
    for (const entry of live) {
      if (entry.dueMs > nowMs) break
      const wasRunning = entry.running
      end(entry)
      entry.reject(wasRunning ? noReply(deadlineMs) : notSent(deadlineMs))
    }
    watch()
  }

  return {
    run: (send) =>
      new Promise((resolve, reject) => {
        if (running >= maxRunning && waiting.size >= maxWaiting) {
          reject(new Error(`${maxWaiting} commands are waiting for Redis already: this one was not sent`))
          return
        }
        const entry: Entry = { send, resolve, reject, dueMs: clock.now() + deadlineMs, running: false }
        live.add(entry)
        if (running < maxRunning) start(entry)
        else waiting.add(entry)
        watch()
      }),
  }
}

const noReply = (ms: number) =>
  new CommandTimeout(`Redis has not answered within ${ms} ms: what became of the command is unknown`)
const notSent = (ms: number) => new Error(`the command has waited ${ms} ms for its turn and was not sent`)
