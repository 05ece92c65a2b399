import { hash } from 'node:crypto'
import { cpus, loadavg } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { compose } from '@tollgate/kit'
import type { Middleware } from '@tollgate/kit/core'
import { memoryLimits } from '@tollgate/kit/limits'
import { redisLimits } from '@tollgate/kit/limits/redis'
import { JSON_REQUEST } from './exchange.ts'
import { markdownTable } from './markdown.ts'
import { startProcess } from './processes/start-process.ts'
import { median, quartiles } from './statistics.ts'
import { stagesOf } from './who-may/stages.ts'
import { walk } from './who-may/walk.ts'

/**
 * What it takes to tell who calls, what they may have and how fast, once all of that is in memory: `node bench/who-may.ts`,
 * after a build. Each way is that of the row above with one stage more; `--redis` counts the limits in a Redis.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, redis: { type: 'boolean', default: false } },
})
const ROUNDS = Number(values.rounds)
/** Requests that come in one turn of the event loop, as a busy gateway has them. */
const A_TURN = 10
/** Turns of one way in one round; so many that the clock of the CPU, which has whole µs, is exact. */
const TURNS = 30

const server = values.redis ? startProcess('redis.ts', 1) : undefined
const limits = server
  ? redisLimits(await server.ask<string>('where'), { deadlineMs: 60_000 })
  : memoryLimits()
const { authorization, reads, auth, tier, pace } = await stagesOf(limits)

const WAYS: readonly (readonly [what: string, way: Middleware])[] = [
  ['the call read', compose(reads)],
  ['and who calls', compose(auth, reads)],
  ['and what they may have', compose(auth, tier, reads)],
  ['and how fast', compose(auth, tier, pace, reads)],
]
const PIECE = 'a piece of work: SHA-256 of the request'

/** CPU of one round, µs a time. What a turn puts off to its end is done before the next. */
async function roundOf(work: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  for (let turn = 0; turn < TURNS; turn += 1) {
    await Promise.all(Array.from({ length: A_TURN }, work))
    await setImmediate()
  }
  const { user, system } = process.cpuUsage(start)
  return (user + system) / (TURNS * A_TURN)
}

const WORK: readonly (() => unknown)[] = [
  () => hash('sha256', JSON_REQUEST),
  ...WAYS.map(
    ([, way]) =>
      () =>
        walk(way, authorization),
  ),
]
const rounds: number[][] = []
for (let round = 0; round < ROUNDS; round += 1) {
  const figures: number[] = []
  for (const work of WORK) figures.push(await roundOf(work))
  rounds.push(figures)
}
// What is compiled later than the first rounds ran is no part of what it takes.
const warm = rounds.slice(ROUNDS / 2)
const column = (at: number) => warm.map((figures) => figures[at]!)
const more = (at: number, than: number) => warm.map((figures) => figures[at]! - figures[than]!)

const piece = median(column(0))
const all = more(WAYS.length, 1)
const rows = [
  [PIECE, quartiles(column(0)), '–', '1.0'],
  ...WAYS.map(([what], at) => {
    const [own, added] = [column(at + 1), at === 0 ? undefined : more(at + 1, at)]
    return [what, quartiles(own), added ? quartiles(added) : '–', (median(added ?? own) / piece).toFixed(1)]
  }),
  ['**all three stages**', '', quartiles(all), (median(all) / piece).toFixed(1)],
]
console.log(markdownTable(['', 'CPU µs/request', 'µs more than the row above', '× the piece of work'], rows))
const load = loadavg().map((average) => average.toFixed(1))
console.log(
  `\nNode ${process.version}, ${cpus()[0]?.model}, load ${load.join(', ')}, limits in ${server ? 'Redis' : 'memory'}.`,
)
process.exit()
