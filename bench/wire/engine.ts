import type { Middleware } from '@tollgate/kit/core'
import { providerAgent } from '@tollgate/kit/stages/provider-failover'
import { servePart } from '../ledger/part.ts'
import { markdownTable } from '../markdown.ts'
import { LOAD_CORE } from '../processes/pinning.ts'
import { startProcess } from '../processes/start-process.ts'
import { median, quartiles } from '../statistics.ts'
import { engineRungs } from './engine-rungs.ts'
import { ask, InMemoryProvider } from './in-memory.ts'
import { machineLoad } from './machine-load.ts'

/**
 * What the engine itself takes: the choice of a route, health, breakers, time limits, the bookkeeping of retries and the
 * record of the attempt, while nothing fails. Without sockets, whose noise is greater than what is looked for; by many short
 * rounds in turn, of which the least disturbed ones say what a quiet machine would.
 */
const ROUNDS = 100
const REQUESTS = 500
const WARM_UP = 40_000
/** Callers at once. */
const CALLERS = 32

/** What one handler took in one round, µs a request. */
interface Figures {
  readonly cpu: number
  readonly wall: number
}

servePart(async () => {
  const upstream = startProcess('upstream.ts', LOAD_CORE)
  const dispatcher = providerAgent()
  const origin = await upstream.ask<string>('where')
  const rungs = engineRungs(new InMemoryProvider(), { dispatcher, origin })
  for (const { handler } of rungs) await run(handler, WARM_UP, CALLERS)
  const rounds: Figures[][] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const figures: Figures[] = []
    for (const { handler } of rungs) {
      const { cpu } = await run(handler, REQUESTS, CALLERS)
      const { wall } = await run(handler, REQUESTS / 5, 1)
      figures.push({ cpu, wall })
    }
    rounds.push(figures)
  }
  await dispatcher.close()
  await upstream.stop()
  return table(
    rungs.map(({ title }) => title),
    rounds,
  )
})

async function run(handler: Middleware, requests: number, callers: number): Promise<Figures> {
  let left = requests
  const caller = async () => {
    while (left-- > 0) await ask(handler)
  }
  const startedMs = performance.now()
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: callers }, caller))
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / requests, wall: ((performance.now() - startedMs) * 1000) / requests }
}

/** What the engine's own is added to: what any proxy does is not the engine's. */
const BASE = 2

function table(titles: readonly string[], rounds: readonly (readonly Figures[])[]): string {
  const of = (at: number, what: keyof Figures) => rounds.map((round) => round[at]![what])
  const least = (at: number) => Math.min(...of(at, 'cpu'))
  const added = (at: number, what: keyof Figures) =>
    quartiles(
      rounds.map((round) => round[at]![what] - round[BASE]![what]),
      1,
    )
  const share = (at: number) => `${Math.round((100 * (least(at) - least(BASE))) / least(0))} %`
  const rows = titles.map((title, at) => [
    title,
    least(at).toFixed(1),
    median(of(at, 'cpu')).toFixed(1),
    ...(at > BASE
      ? [
          `**${(least(at) - least(BASE)).toFixed(1)}**`,
          `**${share(at)}**`,
          added(at, 'cpu'),
          added(at, 'wall'),
        ]
      : ['', '', '', '']),
  ])
  const columns = [
    'handler',
    'CPU µs, least of all rounds',
    'median',
    'the engine adds: least',
    'of a bare dispatch over a connection',
    'median (quartiles)',
    'latency, one at a time, µs',
  ]
  return [
    markdownTable(columns, rows),
    '',
    `${ROUNDS} rounds in turn of ${REQUESTS} requests each, ${CALLERS} at once. ${machineLoad()}`,
  ].join('\n')
}
