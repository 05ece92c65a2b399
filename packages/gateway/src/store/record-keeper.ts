import { setTimeout as delay } from 'node:timers/promises'
import type { AuditRecord, AuditSink } from '@tollgate/kit/audit'

/** Keeps the records of something that an operator has done and that cannot be done again. */
export interface RecordKeeper {
  /**
   * Write them to every place, again and again where one is busy.
   *
   * @returns the places that have not taken them all the same; none when all is well.
   */
  keep(records: readonly AuditRecord[]): Promise<readonly string[]>
  close(): Promise<void>
}

export interface RecordKeeperOptions {
  readonly sinks: readonly AuditSink[]
  /** Told in words when a place does not take records, and is tried again. */
  readonly onFault: (sentence: string) => void
  /** Resolves after so many ms. */
  readonly wait?: (ms: number) => Promise<unknown>
}

/** Before each further attempt, ms: ten seconds in all, besides what a place itself waits for another process. */
const PAUSES_MS = [200, 400, 800, 1600, 3000, 4000]

/**
 * See that every place takes records, before something is done that needs one.
 *
 * @throws Error with the first that does not: nothing has been done yet.
 */
export async function recordKeeper({
  sinks,
  onFault,
  wait = delay,
}: RecordKeeperOptions): Promise<RecordKeeper> {
  const close = async () => {
    for (const sink of sinks) await sink.close?.()
  }
  for (const sink of sinks) {
    const cause = await failureOf(sink, [])
    if (cause === undefined) continue
    await close()
    throw new Error(`${sink.name} takes no records, so nothing was done: ${reasonOf(cause)}`, { cause })
  }

  async function keepIn(sink: AuditSink, records: readonly AuditRecord[]): Promise<boolean> {
    for (const pauseMs of [...PAUSES_MS, undefined]) {
      const cause = await failureOf(sink, records)
      if (cause === undefined) return true
      if (pauseMs === undefined) break
      onFault(`${sink.name} is tried again: ${reasonOf(cause)}`)
      await wait(pauseMs)
    }
    return false
  }

  return {
    async keep(records) {
      if (records.length === 0) return []
      const kept = await Promise.all(sinks.map((sink) => keepIn(sink, records)))
      return sinks.filter((_, at) => !kept[at]).map(({ name }) => name)
    },
    close,
  }
}

async function failureOf(sink: AuditSink, records: readonly AuditRecord[]): Promise<unknown> {
  try {
    await sink.write(records)
    return undefined
  } catch (error) {
    return error
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
