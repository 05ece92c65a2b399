import { setTimeout as pause } from 'node:timers/promises'
import type { Asked, LoadOrder, LoadReport } from '../load.ts'
import type { BenchProcess } from '../processes/start-process.ts'

/** Callers at saturation. */
const CONNECTIONS = 32
/** What is done after the last answer (settling, writing down) belongs to the requests before. */
const AFTERMATH_MS = 100

/** A server of this process, and what it is asked. */
export interface Subject {
  readonly url: string
  readonly asked: Asked
}

/** CPU of this process for each request, all its threads together, µs: whatever is asked, it must be all that it does. */
export async function ownCpuMicros(load: BenchProcess, subject: Subject, ms: number): Promise<number> {
  const before = process.cpuUsage()
  const order: LoadOrder = { ...subject, pace: { connections: CONNECTIONS }, ms }
  const { requests } = await load.ask<LoadReport>(order)
  await pause(AFTERMATH_MS)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / requests
}

/** How long answers take when nobody else is served. */
export function oneAtATime(load: BenchProcess, subject: Subject, ms: number): Promise<LoadReport> {
  return load.ask({ ...subject, pace: { connections: 1 }, ms } satisfies LoadOrder)
}
