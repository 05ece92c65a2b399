import { createServer, type RequestListener } from 'node:http'
import { CLIENT_AUTHORIZATION } from '../exchange.ts'
import { servePart } from '../ledger/part.ts'
import { markdownTable } from '../markdown.ts'
import { askedOf } from '../measure.ts'
import { listen } from '../processes/listen.ts'
import { LOAD_CORE } from '../processes/pinning.ts'
import { startProcess } from '../processes/start-process.ts'
import { median, quartiles } from '../statistics.ts'
import { machineLoad } from './machine-load.ts'
import { rungsOn } from './rungs.ts'
import { oneAtATime, ownCpuMicros, type Subject } from './subject.ts'

/**
 * What choosing a deployment, watching it and being ready for its failure add to one dispatch of undici while nothing fails:
 * the same request over the same kind of connections, by handlers of which each does what the one before it does and one
 * thing more. Many short rounds, since what is looked for is a few microseconds.
 */
const ROUNDS = 40
const MS = 300
const WARM_UP_MS = 4000

/** What one handler did in one round. */
interface Figures {
  readonly cpuMicros: number
  readonly p50Ms: number
}

servePart(async () => {
  const load = startProcess('load.ts', LOAD_CORE)
  const upstream = startProcess('upstream.ts', LOAD_CORE)
  const rungs = rungsOn(await upstream.ask<string>('where'))
  const subjects: Subject[] = []
  for (const { app } of rungs) {
    const url = await listen(createServer(app as RequestListener))
    subjects.push({ url, asked: askedOf('json', CLIENT_AUTHORIZATION) })
  }
  for (const subject of subjects) await ownCpuMicros(load, subject, WARM_UP_MS)
  const rounds: Figures[][] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const figures: Figures[] = []
    for (const subject of subjects) {
      figures.push({
        cpuMicros: await ownCpuMicros(load, subject, MS),
        p50Ms: (await oneAtATime(load, subject, MS)).latencyMs.p50,
      })
    }
    rounds.push(figures)
  }
  await Promise.all([load.stop(), upstream.stop()])
  return table(
    rungs.map(({ title }) => title),
    rounds,
  )
})

function table(titles: readonly string[], rounds: readonly (readonly Figures[])[]): string {
  const rows = titles.map((title, at) => {
    const micros = rounds.map((round) => round[at]!.cpuMicros)
    const times = quartiles(rounds.map((round) => round[at]!.cpuMicros / round[0]!.cpuMicros))
    const added = (of: (figures: Figures) => number) =>
      at === 0
        ? '–'
        : quartiles(
            rounds.map((round) => of(round[at]!) - of(round[at - 1]!)),
            0,
          )
    return [
      title,
      median(micros).toFixed(0),
      times,
      added(({ cpuMicros }) => cpuMicros),
      added(({ p50Ms }) => p50Ms * 1000),
    ]
  })
  const columns = [
    'handler',
    'CPU µs/request',
    '× a bare dispatch',
    'CPU µs more than the row above',
    'latency p50, µs more than the row above',
  ]
  return [
    markdownTable(columns, rows),
    '',
    `Medians of ${ROUNDS} interleaved rounds of ${MS / 1000} s a measurement (quartiles); latency with one request at a time. ${machineLoad()}`,
  ].join('\n')
}
