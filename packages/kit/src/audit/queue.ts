import { machineTimers, type Timers } from '../core/timers.ts'
import type { AuditRecord } from './record.ts'
import type { AuditSink } from './sink.ts'
import { waiters } from './waiters.ts'

/** How a sink is doing, since the start of the process. */
export interface SinkStanding {
  readonly sink: string
  /** Records that it has taken. */
  readonly written: number
  /** Records that wait for it. */
  readonly queued: number
  /** Records that it will never have: they came while its queue was full. Their charges show as `unattributed`. */
  readonly dropped: number
  /** Batches that failed since the last one that did not. */
  readonly failures: number
}

export interface SinkQueueOptions {
  /** Records that may wait; one that carries content counts as many as it has KiB. */
  readonly maxQueued?: number
  /** Told in words when a sink begins to fail, and when records begin to be dropped. */
  readonly onFault?: (sentence: string, cause?: unknown) => void
  readonly timers?: Timers
}

export interface SinkQueue {
  /** Returns at once, whatever the sink does. */
  push(record: AuditRecord): void
  standing(): SinkStanding
  /** Resolves once all that has been pushed is with the sink (true), or the time is over (false). */
  flush(deadlineMs: number): Promise<boolean>
  /** Take no more records. */
  stop(): void
}

/** Few enough that a sink which works on the event loop gives it back within a millisecond or so. */
const BATCH = 128
/** How long a record may wait for others to be written with. */
const GATHER_MS = 100
const FIRST_RETRY_MS = 200
const LONGEST_RETRY_MS = 5_000
/** A batch that has not been answered for so long is tried again: its answer is lost. */
const ANSWER_MS = 30_000

/**
 * A bounded queue before a sink. Records are written in batches, one at a time and in order; a batch that fails is tried
 * again, longer and longer apart; what comes while the queue is full is dropped, and counted.
 */
export function sinkQueue(
  sink: AuditSink,
  { maxQueued = 10_000, onFault = () => {}, timers = machineTimers }: SinkQueueOptions = {},
): SinkQueue {
  let waiting: AuditRecord[] = []
  let weight = 0
  let accepted = 0
  let written = 0
  let dropped = 0
  let failures = 0
  let full = false
  let stopped = false
  let writing = false
  let timer: unknown
  const flushes = waiters()

  function push(record: AuditRecord): void {
    const itsWeight = weightOf(record)
    if (stopped || weight + itsWeight > maxQueued) return drop()
    waiting.push(record)
    weight += itsWeight
    accepted += 1
    if (writing) return
    if (timer === undefined) wait(GATHER_MS)
    else if (waiting.length === BATCH && failures === 0) wait(0)
  }

  function drop(): void {
    dropped += 1
    if (full || stopped) return
    full = true
    onFault(`The queue of audit sink ${sink.name} is full: records are dropped, and counted.`)
  }

  function wait(delayMs: number): void {
    timers.clearTimeout(timer)
    timer = timers.setTimeout(run, delayMs)
  }

  function run(): void {
    timer = undefined
    writing = true
    void writeBatch().then(() => {
      writing = false
      flushes.look()
      if (waiting.length > 0 && !stopped) wait(nextDelayMs())
    })
  }

  async function writeBatch(): Promise<void> {
    const batch = waiting.slice(0, BATCH)
    try {
      const answer = sink.write(batch)
      if (answer) await inTime(answer, timers)
    } catch (cause) {
      failures += 1
      if (failures === 1)
        onFault(`Audit sink ${sink.name} failed, and is tried again: ${String(cause)}`, cause)
      return
    }
    failures = 0
    written += batch.length
    waiting = waiting.slice(batch.length)
    for (const record of batch) weight -= weightOf(record)
    // One overload, one warning: it is over when nothing waits any more.
    if (waiting.length === 0) full = false
  }

  function nextDelayMs(): number {
    if (failures > 0) return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS)
    return waiting.length >= BATCH || flushes.count() > 0 ? 0 : GATHER_MS
  }

  return {
    push,
    standing: () => ({ sink: sink.name, written, queued: waiting.length, dropped, failures }),
    flush(deadlineMs) {
      const upTo = accepted
      if (written >= upTo) return Promise.resolve(true)
      const flushed = flushes.wait(() => written >= upTo, deadlineMs)
      if (!writing) wait(0)
      return flushed
    },
    stop() {
      stopped = true
      timers.clearTimeout(timer)
    },
  }
}

/** What a sink answers. @throws Error when it has not done so for too long. */
function inTime(answer: Promise<void>, timers: Timers): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = timers.setTimeout(() => reject(new Error(`no answer in ${ANSWER_MS} ms`)), ANSWER_MS)
    answer.then(resolve, reject).finally(() => timers.clearTimeout(late))
  })
}

function weightOf({ content }: AuditRecord): number {
  return content === null ? 1 : 1 + Math.ceil(content.length / 1024)
}
