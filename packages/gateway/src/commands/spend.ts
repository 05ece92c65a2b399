import { setTimeout as delay } from 'node:timers/promises'
import { type SpendGroup, type SqliteAudit, sqliteAudit } from '@tollgate/kit/audit/sqlite'
import { showUsd } from '@tollgate/kit/core'
import { sinceMsOf } from '../report/since.ts'
import {
  groupsOf,
  type SpendReport,
  type SpendReportOptions,
  spendJson,
  spendReport,
} from '../report/spend-report.ts'
import type { Store } from '../store/store.ts'
import { type Args, type Command, textOf, UsageError, type World } from './command.ts'
import { table } from './table.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'
import { wouldRefuseLines } from './would-refuse.ts'

/** Between two looks of `--watch`. */
const WATCH_MS = 2000

/** `tollgate spend`: who spent how much, from the file itself, whether a gateway runs or not. */
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
    withStore(args, world, async (store, { store: { path } }) => {
      const records = sqliteAudit(path)
      try {
        await (args.values.watch ? watch(args, world, store, records) : look(args, world, store, records))
      } finally {
        await records.close()
      }
      return 0
    }),
}

async function watch(args: Args, world: World, store: Store, records: SqliteAudit): Promise<void> {
  const stopped = world.stopped.then(() => true)
  for (;;) {
    world.clear()
    await look(args, world, store, records)
    if (await Promise.race([stopped, delay(WATCH_MS, false)])) return
  }
}

async function look(args: Args, world: World, { ledger }: Store, records: SqliteAudit): Promise<void> {
  const sinceMs = sinceOf(args, world)
  const lines = args.values['would-refuse']
    ? await wouldRefuseLines(records, sinceMs, args.values.json === true)
    : spendLines(args, await reportOf({ ledger, records, groupBy: groupBy(args), sinceMs }))
  for (const text of lines) world.out(text)
}

async function reportOf(options: SpendReportOptions): Promise<SpendReport> {
  try {
    return await spendReport(options)
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error
  }
}

function groupBy(args: Args): SpendGroup[] {
  return groupsOf(textOf(args, 'by') ?? 'team,model')
}

function sinceOf(args: Args, { nowMs }: World): number | undefined {
  const text = textOf(args, 'since')
  const sinceMs = text === undefined ? undefined : sinceMsOf(text, nowMs())
  if (text === undefined || sinceMs !== undefined) return sinceMs
  throw new UsageError(`--since ${text} is no time: write 12h, 7d or 2026-11-01`)
}

function spendLines(args: Args, report: SpendReport): string[] {
  if (args.values.json) return [JSON.stringify(spendJson(report))]
  const { groupBy, rows, unattributed, unconfirmed } = report
  const figures = ['REQUESTS', 'REFUSED', 'TOKENS IN', 'TOKENS OUT', 'SPENT'].map((title) => ({
    title,
    right: true,
  }))
  const cells = rows.map((row) => [
    ...groupBy.map((group) => row.by[group] ?? '-'),
    ...[row.requests, row.refused, row.inputTokens, row.outputTokens].map(String),
    showUsd(row.chargedNanoUsd),
  ])
  const total = rows.reduce((sum, row) => sum + row.chargedNanoUsd, 0n)
  return [
    ...table([...groupBy.map((group) => ({ title: group.toUpperCase() })), ...figures], cells),
    '',
    `total         ${showUsd(total)}`,
    `unattributed  ${showUsd(unattributed)} (all time: in the books, and in no record)`,
    `unconfirmed   ${showUsd(unconfirmed)} (all time: of expired reservations; see tollgate ledger expired)`,
  ]
}
