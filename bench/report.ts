import { availableParallelism } from 'node:os'
import { type DirectFigures, PER_SECOND, type TargetFigures } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { isPinned } from './processes/pinning.ts'
import type { Runner } from './runner.ts'
import { median } from './statistics.ts'
import { YARDSTICK } from './targets.ts'

export interface Results {
  readonly options: BenchOptions
  readonly runners: readonly Runner[]
  readonly directRounds: readonly DirectFigures[]
  /** What the targets have counted, found right, in words. */
  readonly tallies: readonly string[]
}

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
export function report({ options, runners, directRounds, tallies }: Results): string {
  const yardstick = runners.find(({ name }) => name === YARDSTICK)!
  const rows = runners.map((runner) => rowOf(runner, yardstick, directRounds))
  return [
    tableRow(COLUMNS),
    tableRow(COLUMNS.map((_, column) => (column === 0 ? '---' : '--:'))),
    ...rows.map(tableRow),
    '',
    machine(options),
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

/** The median of ratios that were each taken within one round, and the least and the greatest of them: how noisy it was. */
function spread(ratios: readonly number[]): string {
  const [least, greatest] = [Math.min(...ratios), Math.max(...ratios)]
  return `**${median(ratios).toFixed(2)}** (${least.toFixed(2)}–${greatest.toFixed(2)})`
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function machine({ rounds, seconds }: BenchOptions): string {
  const cores = `${availableParallelism()} cores${isPinned ? ', the target alone on one of them' : ', nothing pinned'}`
  return `${cores} · Node ${process.version} · medians of ${rounds} interleaved rounds of ${seconds} s a measurement (least–greatest)`
}
