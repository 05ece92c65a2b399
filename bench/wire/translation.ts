import { servePart } from '../ledger/part.ts'
import { sqliteStore } from '../ledger/stores.ts'
import type { Asked } from '../load.ts'
import { markdownTable } from '../markdown.ts'
import { LOAD_CORE } from '../processes/pinning.ts'
import { startProcess } from '../processes/start-process.ts'
import { median, spread } from '../statistics.ts'
import { checkAnswers, checkBooks, type Lane } from './books.ts'
import type { Kind } from './dialects/dialect.ts'
import { DIRECTIONS, type Direction, WITHOUT_GATEWAY } from './directions.ts'
import { gatewayFor } from './gateway.ts'
import { machineLoad } from './machine-load.ts'
import { ANSWER, WORDS } from './said.ts'
import { oneAtATime, ownCpuMicros, type Subject } from './subject.ts'

/**
 * What it costs to serve a client by a provider of another dialect, as a multiple of passing the bytes of its own. Nothing
 * but the gateways runs in this process, one for each direction, so that its CPU is theirs.
 */
const ROUNDS = 7
const MS = 1000
const WARM_UP_MS = 4000

/** What one direction did in one round. */
interface Figures {
  readonly jsonMicros: number
  readonly streamMicros: number
  /** Beyond what the provider takes by itself, ms. */
  readonly addedFirstByteMs: number
}

type Round = Readonly<Record<string, Figures>>

servePart(async () => {
  const { ledger } = sqliteStore()
  const load = startProcess('load.ts', LOAD_CORE)
  const providers = startProcess('wire/providers.ts', LOAD_CORE)
  const origin = await providers.ask<string>('where')
  const lanes: Lane[] = []
  for (const direction of DIRECTIONS)
    lanes.push({ direction, gateway: await gatewayFor(direction, origin, ledger) })
  const subjectsOf = ({ direction, gateway: { url } }: Lane) => ({
    json: { url, asked: askedOf(direction, 'json') },
    stream: { url, asked: askedOf(direction, 'stream') },
  })

  for (const lane of lanes) {
    await checkAnswers(lane.direction, lane.gateway.url)
    const { json, stream } = subjectsOf(lane)
    await ownCpuMicros(load, json, WARM_UP_MS / 2)
    await ownCpuMicros(load, stream, WARM_UP_MS / 2)
  }
  const rounds: Round[] = []
  for (let at = 0; at < ROUNDS; at += 1) {
    const round: Record<string, Figures> = {}
    for (const lane of lanes) {
      const { json, stream } = subjectsOf(lane)
      const alone = await firstByteMs(withoutGateway(lane.direction, origin))
      round[lane.direction.name] = {
        jsonMicros: await ownCpuMicros(load, json, MS),
        streamMicros: await ownCpuMicros(load, stream, MS),
        addedFirstByteMs: (await firstByteMs(stream)) - alone,
      }
    }
    rounds.push(round)
  }
  const right = await checkBooks(lanes, await providers.ask('served'))
  await Promise.all([load.stop(), providers.stop()])
  await ledger.close()
  return `${table(rounds)}\n\n${right}`

  async function firstByteMs(subject: Subject): Promise<number> {
    return (await oneAtATime(load, subject, MS)).firstByteMs.p50
  }
})

function askedOf({ client, served }: Direction, kind: Kind): Asked {
  const { path, headers } = client
  return { path, headers, body: client.request(served.model, kind), leastBytes: ANSWER.length }
}

/** The same stream, straight from the provider of the client's own dialect. */
function withoutGateway({ client, passed }: Direction, origin: string): Subject {
  const own = DIRECTIONS.find(({ name }) => name === passed)!
  return {
    url: origin,
    asked: { ...askedOf(own, 'stream'), path: `/${passed}${client.path}${WITHOUT_GATEWAY}` },
  }
}

function table(rounds: readonly Round[]): string {
  const rows = DIRECTIONS.map(({ name, title, passed }) => {
    const of = (figure: keyof Figures) => rounds.map((round) => round[name]![figure])
    const times = (figure: keyof Figures) =>
      spread(rounds.map((round) => round[name]![figure] / round[passed]![figure]))
    return [
      title,
      median(of('jsonMicros')).toFixed(0),
      times('jsonMicros'),
      median(of('streamMicros')).toFixed(0),
      times('streamMicros'),
      spread(of('addedFirstByteMs')),
    ]
  })
  const columns = [
    'client ← provider',
    'JSON: CPU µs/request',
    '× passed through',
    `stream of ${WORDS.length} chunks: CPU µs`,
    '× passed through',
    'added first byte p50, ms',
  ]
  return [
    markdownTable(columns, rows),
    '',
    `With a reservation and a settlement in an SQLite file for each. Medians of ${ROUNDS} interleaved rounds of ${MS / 1000} s a measurement (least–greatest); first bytes with one stream at a time. ${machineLoad()}`,
  ].join('\n')
}
