import { createServer, type RequestListener } from 'node:http'
import { answering } from '../processes/answering.ts'
import { listen } from '../processes/listen.ts'

/** Where a target is, and how its clients identify themselves. */
export interface TargetAddress {
  readonly url: string
  readonly authorization: string
}

/** What a target has used of the machine since it started, all its threads together. */
export interface TargetUse {
  readonly cpuMicros: number
  readonly peakRssBytes: number
}

/** What a target has counted, by what it is, and how much of it each request must have made. */
export interface Tally {
  readonly [what: string]: { readonly total: number; readonly perRequest: number }
}

export type TargetQuestion = 'where' | 'use' | 'tally'

export interface TargetOptions {
  readonly handler: RequestListener
  readonly authorization: string
  readonly tally?: () => Tally | Promise<Tally>
}

/** The provider that the target stands before, as `http://host:port`. */
export const upstreamOrigin: string = process.argv[2]!

/** The Redis of the bench, for a target that says that it needs one. */
export const redisUrl: string = process.argv[3]!

/** Serve a target, and tell the bench what it asks. */
export async function serveTarget({ handler, authorization, tally }: TargetOptions): Promise<void> {
  const url = await listen(createServer(handler))
  answering((question: TargetQuestion) => {
    if (question === 'where') return { url, authorization } satisfies TargetAddress
    return question === 'use' ? use() : tally?.()
  })
}

function use(): TargetUse {
  const { user, system } = process.cpuUsage()
  return { cpuMicros: user + system, peakRssBytes: process.resourceUsage().maxRSS * 1024 }
}
