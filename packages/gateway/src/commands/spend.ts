import { setTimeout as delay } from 'node:timers/promises'
import { groupsOf, Unanswered } from '../report/spend-report.ts'
import type { CommandStore } from '../store/store.ts'
import { type Args, type Command, textOf, UsageError, type World } from './command.ts'
import { sinceOf } from './since.ts'
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
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    by: { type: 'string' },
    since: { type: 'string' },
    watch: { type: 'boolean' },
    'would-refuse': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  run: (args, world) =>
    withStore(args, world, {}, async (store) => {
      await (args.values.watch ? watch(args, world, store) : look(args, world, store))
      return 0
    }),
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
