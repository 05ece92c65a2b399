import { availableParallelism } from 'node:os'
import { markdownTable } from './markdown.ts'
import { type DirectFigures, PER_SECOND, type TargetFigures } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { isPinned } from './processes/pinning.ts'
import type { Runner } from './runner.ts'
import { median, spread } from './statistics.ts'
import { YARDSTICK } from './targets.ts'

export interface Results {
  readonly options: BenchOptions
  readonly runners: readonly Runner[]
  readonly directRounds: readonly DirectFigures[]
  /** What the targets have counted, found right, in words. */
  readonly tallies: readonly string[]
  /** What is not in the table, and why. */
  readonly missing: readonly string[]
}

/** A target that has nobody to share its core with, and enough to do, has at least this part of it. */
const UNDISTURBED = 0.9

const COLUMNS = [
  'target',
  'JSON: CPU µs/request',
  '× minimal',
  'requests/s',
  'of a core',
  `added p50 / p99, ms at ${PER_SECOND}/s`,
  'stream: CPU µs/request',
  '× minimal',
  'added first byte p50, ms',
  'peak RSS, MB',
] as const

/** The table in Markdown, the machine that it is of, and the command that makes it. */
export function report({ options, runners, directRounds, tallies, missing }: Results): string {
  const yardstick = runners.find(({ name }) => name === YARDSTICK)!
  const rows = runners.map((runner) => rowOf(runner, yardstick, directRounds))
  return [
    markdownTable(COLUMNS, rows),
    '',
    machine(options),
    ...disturbance(runners),
    ...missing,
    ...tallies,
    '',
    `    ${options.command}`,
  ].join('\n')
}

function rowOf(runner: Runner, yardstick: Runner, directRounds: readonly DirectFigures[]): string[] {
  const { title, rounds, peakRssBytes } = runner
  const middle = (of: (figures: TargetFigures) => number) => median(rounds.map(of))
  const added = (of: (figures: DirectFigures) => number) =>
    median(rounds.map((figures, round) => of(figures) - of(directRounds[round]!)))
  const ratio = (of: (figures: TargetFigures) => number) =>
    spread(rounds.map((figures, round) => of(figures) / of(yardstick.rounds[round]!)))
  return [
    title,
    middle(({ json }) => json.cpuMicrosPerRequest).toFixed(0),
    ratio(({ json }) => json.cpuMicrosPerRequest),
    middle(({ json }) => json.requestsPerSecond).toFixed(0),
    `${(middle(({ json }) => json.busy) * 100).toFixed(0)} %`,
    `${added(({ jsonAtRate }) => jsonAtRate.latencyMs.p50).toFixed(2)} / ${added(({ jsonAtRate }) => jsonAtRate.latencyMs.p99).toFixed(2)}`,
    middle(({ stream }) => stream.cpuMicrosPerRequest).toFixed(0),
    ratio(({ stream }) => stream.cpuMicrosPerRequest),
    added(({ streamAtRate }) => streamAtRate.firstByteMs.p50).toFixed(2),
    (peakRssBytes / 1e6).toFixed(0),
  ]
}

function machine({ rounds, seconds }: BenchOptions): string {
  const cores = `${availableParallelism()} cores${isPinned ? ', the target alone on one of them' : ', nothing pinned'}`
  return `${cores} · Node ${process.version} · medians of ${rounds} interleaved rounds of ${seconds} s a measurement (least–greatest)`
}

/** One note when some target had too little of its core for its figures to be trusted. */
function disturbance(runners: readonly Runner[]): string[] {
  const starved = runners
    .map(({ name, rounds }) => ({ name, busy: median(rounds.map(({ json }) => json.busy)) }))
    .filter(({ busy }) => busy < UNDISTURBED)
  if (starved.length === 0) return []
  const shares = starved.map(({ name, busy }) => `${name} (${(busy * 100).toFixed(0)} %)`).join(', ')
  return [
    `**The machine was disturbed**: less than ${UNDISTURBED * 100} % of its core had ${shares}. Other programs were running, or the load could not keep up: trust ratios no further than their ranges, and no absolute figure.`,
  ]
}
