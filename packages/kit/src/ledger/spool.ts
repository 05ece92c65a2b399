import { clearTimeout, setTimeout } from 'node:timers'
import type { Clock } from '../core/clock.ts'
import type { Timers } from '../core/timers.ts'
import { checkId, checkSettle } from './check.ts'
import type { Ledger, ReleaseResult, Settle, SettleResult } from './ledger.ts'
import type { SpoolFolder } from './spool-folder.ts'
import type { Closing } from './spool-line.ts'
import { type Entry, spoolQueue } from './spool-queue.ts'

/** How a spool stands: for metrics, and for whoever decides whether a process may go. */
export interface SpoolStanding {
  /** Settles and releases that the books have still to take, in memory and on file. */
  readonly queued: number
  /** How long the oldest of those in memory has waited, ms; 0 when there is none. */
  readonly oldestAgeMs: number
  /** Those that fit nowhere, since the start of the process: their reservations expire, and are charged in full. */
  readonly dropped: number
  /** Those that the books took when they were told again. */
  readonly replayed: number
}

/** The books did not take it, so what they know of it is not known. `kept`: they are told again until they do. */
export interface Untaken {
  readonly status: 'kept' | 'dropped'
  readonly cause: unknown
}

export interface Spool {
  /**
   * Tell the books at once, in this turn; what they do not take is kept.
   *
   * @throws RangeError when it is no settle.
   */
  settle(command: Settle): Promise<SettleResult | Untaken>
  /** The same for a release. */
  release(org: string, id: string): Promise<ReleaseResult | Untaken>
  standing(): SpoolStanding
  /** Resolves once the books have taken everything (true), or the time is over (false). Tries again at once. */
  flush(deadlineMs: number): Promise<boolean>
  /** Tell the books nothing more. What is on file stays there for the next process. */
  stop(): Promise<void>
}

export interface SpoolOptions {
  readonly ledger: Pick<Ledger, 'settle' | 'release'>
  /** Where it outlives the process. */
  readonly folder: SpoolFolder | undefined
  /** Kept in memory at most. */
  readonly maxQueued: number
  readonly clock: Clock
  readonly timers: Timers
  /** From 0 up to 1: spreads the processes that wait for the same books. */
  readonly random: () => number
  readonly onFault: (sentence: string, cause?: unknown) => void
}

/** Told at once; more would stand in the way of the requests that are running. */
const BITE = 32
const FIRST_RETRY_MS = 200
const LONGEST_RETRY_MS = 5_000

/**
 * Keeps what the books did not take, and tells them again, longer and longer apart, until they do. What was said of one
 * reservation is told in its order, and one that is refused again and again holds up no other. Telling twice is harmless:
 * a settle or a release that is repeated changes nothing.
 */
export function createSpool({ ledger, folder, maxQueued, ...options }: SpoolOptions): Spool {
  const { clock, timers, random, onFault } = options
  const queue = spoolQueue({ folder, maxQueued })
  /** On their way for the first time. */
  let sending = 0
  let replayed = 0
  let dropped = 0
  /** Attempts in a row of which nothing was taken. */
  let failures = 0
  /** Said already, and not over yet. */
  const said = { kept: false, dropped: false }
  let stopped = false
  let timer: unknown
  let telling = false
  let told = Promise.resolve()
  const flushes = new Set<() => void>()

  async function close<Answer>(closing: Closing, send: () => Promise<Answer>): Promise<Answer | Untaken> {
    if (queue.isBehind(closing)) return keep(closing, new Error(BEHIND_ANOTHER))
    sending += 1
    try {
      return await send()
    } catch (cause) {
      return keep(closing, cause)
    } finally {
      sending -= 1
      for (const look of flushes) look()
    }
  }

  function keep(closing: Closing, cause: unknown): Untaken {
    const status = queue.add(closing) ? 'kept' : 'dropped'
    if (status === 'dropped') dropped += 1
    if (!said[status]) onFault(`${SENTENCES[status]}: ${String(cause)}`, cause)
    said[status] = true
    if (timer === undefined) wait(nextDelayMs())
    return { status, cause }
  }

  /** When it is being told already, what is left is told again anyway. */
  function wait(delayMs: number): void {
    if (stopped || telling) return
    timers.clearTimeout(timer)
    timer = timers.setTimeout(run, delayMs)
  }

  function nextDelayMs(): number {
    return Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS) * (0.5 + random())
  }

  function run(): void {
    timer = undefined
    telling = true
    told = tellAll().finally(() => {
      telling = false
      if (queue.size() > 0) wait(nextDelayMs())
      else said.kept = said.dropped = false
      for (const look of flushes) look()
    })
  }

  /** Bite by bite, for as long as any of a bite is taken. */
  async function tellAll(): Promise<void> {
    for (;;) {
      const bite = stopped ? [] : queue.heads(BITE)
      if (bite.length === 0) return
      const taken = await Promise.all(bite.map(tell))
      failures = taken.includes(true) ? 0 : failures + 1
      if (failures > 0) return
    }
  }

  async function tell(entry: Entry): Promise<boolean> {
    const { org, id, settled } = entry.closing
    try {
      await (settled ? ledger.settle({ org, id, ...settled }) : ledger.release(org, id))
    } catch {
      queue.postpone(entry)
      return false
    }
    replayed += 1
    queue.take(entry)
    return true
  }

  // What processes before this one have left.
  if (queue.size() > 0) wait(0)

  return {
    async settle(command) {
      checkSettle(command)
      const { org, id, actual, basis } = command
      const { usd, tokens, requests } = actual
      const settled = { actual: { usd, tokens, requests }, basis }
      return close({ org, id, settled, atMs: clock.now() }, () => ledger.settle(command))
    },
    async release(org, id) {
      checkId(org, id)
      return close({ org, id, atMs: clock.now() }, () => ledger.release(org, id))
    },
    standing() {
      const nowMs = clock.now()
      const oldestAgeMs = Math.max(0, nowMs - (queue.oldestAtMs() ?? nowMs))
      return { queued: queue.size(), oldestAgeMs, dropped, replayed }
    },
    flush(deadlineMs) {
      const allTaken = () => sending === 0 && queue.size() === 0
      if (allTaken()) return Promise.resolve(true)
      failures = 0
      wait(0)
      return new Promise((resolve) => {
        // Holds the process open, which the spool's own timers do not.
        const deadline = setTimeout(() => done(false), deadlineMs)
        const look = () => {
          if (allTaken()) done(true)
        }
        function done(all: boolean): void {
          clearTimeout(deadline)
          flushes.delete(look)
          resolve(all)
        }
        flushes.add(look)
      })
    },
    async stop() {
      stopped = true
      timers.clearTimeout(timer)
      await told
      if (queue.size() > 0) onFault(leftBehind(queue.size(), folder))
      folder?.close()
    },
  }
}

const BEHIND_ANOTHER = 'what was said of this reservation before has still to be told'

const SENTENCES: Readonly<Record<Untaken['status'], string>> = {
  kept: 'The books did not take how a request ended; it is kept, and told again until they do',
  dropped: 'The spool is full: how requests ended is dropped, and they are charged what they reserved',
}

function leftBehind(count: number, folder: SpoolFolder | undefined): string {
  return folder
    ? `How ${count} of the requests ended has still to be told: the next process that is given ${folder.path} does so.`
    : `How ${count} of the requests ended was never told: they are charged what they reserved.`
}
