import { setTimeout as delay } from 'node:timers/promises'
import { groupsOf, Unanswered } from '../report/spend-report.ts'
import type { CommandStore } from '../store/store.ts'
import { type Args, type Command, textOf, UsageError, type World } from './command.ts'
import { sinceOf } from './since.ts'
import { spendOfMonth } from './spend-month.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'
import { wouldRefuseLines } from './would-refuse.ts'

/** Between two looks of `--watch`. */
const WATCH_MS = 2000

/** `tollgate spend`: who spent how much, from the store itself, whether a gateway runs or not. */
export const spend: Command = {
  name: 'spend',
  summary: 'Tell who spent how much, by team and model or as asked.',
  usage: [
    '--by team,model  group by these: org, team, project, user, key, model, provider, endpoint, decision, tag:NAME',
    '--since 7d       count requests since then: 12h, 7d, 2026-11-01; all there are by default',
    '--watch          again every two seconds, until it is told to stop',
    '--would-refuse   what enforcement would have refused while it was only observing',
    '--csv            what a month cost, as finance reads it: --by team,cost_center,project,key,model',
    '--month 2026-10  which month; the last one that has ended by default',
    '--close          close that month: its report stays as it is, what comes later stands in the next one',
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    by: { type: 'string' },
    since: { type: 'string' },
    watch: { type: 'boolean' },
    'would-refuse': { type: 'boolean' },
    csv: { type: 'boolean' },
    month: { type: 'string' },
    close: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  run: (args, world) =>
    withStore(args, world, {}, async (store, config) => {
      if (isOfMonth(args)) await spendOfMonth(args, world, store, config)
      else await (args.values.watch ? watch(args, world, store) : look(args, world, store))
      return 0
    }),
}

/** @throws UsageError when it is asked to be of something else as well. */
function isOfMonth({ values }: Args): boolean {
  if (!values.csv && values.month === undefined && !values.close) return false
  const other = ['since', 'watch', 'would-refuse'].find((option) => values[option] !== undefined)
  if (other === undefined) return true
  throw new UsageError(`--${other} does not go with a report of a month`)
}

async function watch(args: Args, world: World, store: CommandStore): Promise<void> {
  const stopped = world.stopped.then(() => true)
  for (;;) {
    world.clear()
    await look(args, world, store)
    if (await Promise.race([stopped, delay(WATCH_MS, false)])) return
  }
}

async function look(args: Args, world: World, store: CommandStore): Promise<void> {
  const nowMs = world.nowMs()
  const sinceMs = sinceOf(args, nowMs)
  const lines = args.values['would-refuse']
    ? await refusedLines(args, store, sinceMs)
    : await spendLines(args, store, sinceMs, nowMs)
  for (const text of lines) world.out(text)
}

async function spendLines(
  args: Args,
  { reports }: CommandStore,
  sinceMs: number | undefined,
  nowMs: number,
): Promise<readonly string[]> {
  try {
    const report = await reports({ groupBy: groupsOf(textOf(args, 'by') ?? 'team,model'), sinceMs, nowMs })
    return args.values.json ? [JSON.stringify(report.json())] : report.lines()
  } catch (error) {
    throw error instanceof Unanswered ? new UsageError(error.message) : error
  }
}

async function refusedLines(
  args: Args,
  { table }: CommandStore,
  sinceMs: number | undefined,
): Promise<string[]> {
  if (table) return wouldRefuseLines(table, sinceMs, args.values.json === true)
  throw new UsageError(
    "a Redis store keeps no table of records: look for wouldRefuse in the records that the config's audit writes, or at tollgate_would_refuse_total in /metrics",
  )
}
