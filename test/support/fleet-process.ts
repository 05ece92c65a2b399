import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ModelPrice } from '@tollgate/testing'

/** Where the books are, as a process can be told: a URL, or the nodes of a Cluster. */
export type BooksAt =
  | string
  | { readonly cluster: readonly { readonly host: string; readonly port: number }[] }

/** What a gateway of a fleet is started with. */
export interface GatewayOptions {
  readonly redis: BooksAt
  readonly provider: string
  readonly prices: Readonly<Record<string, ModelPrice>>
  /** The budget of users that nobody has seen before. */
  readonly users?: { readonly limit_usd: string; readonly period: 'total' }
  readonly ttlMs: number
  readonly deadlineMs: number
  /** What SIGTERM leaves to running requests, ms. */
  readonly graceMs: number
  /** Its books go by a clock of its own, which the test can advance, instead of the server's. */
  readonly ownClock: boolean
  /** Its audit trail goes to a sink that takes a first record and never answers; there are no tallies then. */
  readonly stalledSink?: boolean
}

/** What the audit trail of a gateway has counted. */
export interface Tally {
  readonly records: number
  /** Of reservations that this gateway expired, whoever had made them. */
  readonly expired: number
  readonly chargedNanoUsd: number
}

/** How a gateway is, after it has collected its garbage. */
export interface Health {
  readonly heapBytes: number
  readonly rssBytes: number
  /** How late its event loop was since it was last asked: in one of a hundred turns by more than this, ms. */
  readonly loopP99Ms: number
  /** Records that wait for a sink, and records that were dropped because too many did. */
  readonly queued: number
  readonly dropped: number
}

export type Asked =
  | { readonly what: 'tally' }
  | { readonly what: 'health' }
  | { readonly what: 'advance'; readonly ms: number }
export type Told =
  | { readonly what: 'listening'; readonly url: string }
  | { readonly what: 'tally'; readonly tally: Tally }
  | { readonly what: 'health'; readonly health: Health }

export interface GatewayProcess {
  /** Up to and including `/v1`. */
  readonly url: string
  tally(): Promise<Tally>
  health(): Promise<Health>
  /** Move the clock of its books on. */
  advance(ms: number): Promise<void>
  /** kill -9, and wait until it is dead. */
  kill(): Promise<void>
  /** SIGSTOP: its connections are open, and it does nothing. */
  pause(): void
  resume(): void
  /** SIGTERM. Resolves with its exit code. */
  terminate(): Promise<number | null>
}

/** The process itself. */
export interface ProcessOptions {
  /** A module that is loaded before anything else. */
  readonly hook?: string
  /** Beside this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
}

const PROGRAM = join(import.meta.dirname, 'fleet-gateway.ts')

/** Start a gateway; resolves once it listens. */
export async function startGateway(
  options: GatewayOptions,
  { hook, env = {} }: ProcessOptions = {},
): Promise<GatewayProcess> {
  const child = fork(PROGRAM, [JSON.stringify(options)], {
    silent: true,
    execArgv: ['--expose-gc', ...(hook ? ['--import', hook] : [])],
    env: { ...process.env, ...env },
  })
  const said = lastWords(child)
  const exited = once(child, 'exit')
  const { url } = await nextFrom(child, 'listening', said)

  async function ask(asked: Asked): Promise<Tally> {
    const answer = nextFrom(child, 'tally', said)
    child.send(asked)
    return (await answer).tally
  }

  return {
    url,
    tally: () => ask({ what: 'tally' }),
    async health() {
      const answer = nextFrom(child, 'health', said)
      child.send({ what: 'health' } satisfies Asked)
      return (await answer).health
    },
    advance: async (ms) => void (await ask({ what: 'advance', ms })),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async terminate() {
      child.kill('SIGTERM')
      const [code] = await exited
      return code
    },
  }
}

/** What a process has written last, for whoever must say why it ended; otherwise nobody hears it. */
function lastWords(child: ChildProcess): () => string {
  let words = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-4000)
    })
  return () => words
}

/** The next thing of a kind that it tells; rejects when it ends before. */
function nextFrom<What extends Told['what']>(
  child: ChildProcess,
  what: What,
  said: () => string,
): Promise<Extract<Told, { what: What }>> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`a gateway ended before it told: ${what}\n${said()}`))
    function heard(told: Told): void {
      if (told.what !== what) return
      child.off('message', heard)
      child.off('exit', ended)
      resolve(told as Extract<Told, { what: What }>)
    }
    child.on('message', heard)
    child.once('exit', ended)
  })
}
