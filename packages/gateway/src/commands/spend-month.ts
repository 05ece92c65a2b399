import { showUsd } from '@tollgate/kit/core'
import type { StoreConfig } from '../config/index.ts'
import { type Chargeback, sumOf } from '../report/chargeback.ts'
import { chargebackJson, chargebackRows, columnsOf } from '../report/chargeback-table.ts'
import { type Chargebacks, type Closing, chargebacks } from '../report/chargebacks.ts'
import { csv } from '../report/csv.ts'
import type { Month } from '../report/month.ts'
import { Unanswered } from '../report/spend-report.ts'
import { line } from '../say/config-lines.ts'
import type { CommandStore } from '../store/store.ts'
import { type Args, textOf, UsageError, type World } from './command.ts'

/** `tollgate spend --month 2026-10 --csv`: what a month cost, for finance; with `--close`, for good. */
export async function spendOfMonth(
  args: Args,
  world: World,
  { charges, directory }: CommandStore,
  config: StoreConfig,
): Promise<void> {
  const months = chargebacks({ config, charges, directory })
  const month = monthOf(args, months, world.nowMs())
  const columns = columnsIn(args, months)
  const report = args.values.close ? await closed(months, month, world.nowMs()) : await months.of(month)
  if (args.values.json) world.out(JSON.stringify(chargebackJson(report, columns)))
  // The last line ends as the others do: whatever writes the answer ends it once more.
  else world.out(csv(chargebackRows(report, columns)).replace(/\n$/, ''))
  for (const text of linesAbout(report)) world.err(text)
}

function monthOf(args: Args, months: Chargebacks, nowMs: number): Month {
  const name = textOf(args, 'month')
  const month = months.named(name, nowMs)
  if (month) return month
  throw new UsageError(`--month ${name} is not a month: write 2026-10`)
}

function columnsIn(args: Args, { charges }: Chargebacks) {
  try {
    return columnsOf(textOf(args, 'by'), charges.fields)
  } catch (error) {
    throw error instanceof Unanswered ? new UsageError(`--by: ${error.message}`) : error
  }
}

async function closed(months: Chargebacks, month: Month, nowMs: number): Promise<Chargeback> {
  const closing = await months.close(month, nowMs)
  if (closing.status === 'closed') return closing.month
  throw new Error(`${month.name} is not closed: ${WHY_NOT[closing.status]}`)
}

const WHY_NOT: Readonly<Record<Exclude<Closing['status'], 'closed'>, string>> = {
  closed_before: 'it has been before. Leave out --close to see it as it was',
  running: 'it has not ended',
  not_first: 'months are closed in their order, beginning with the first that has charges',
}

/** What does not belong among the lines that a program reads. */
function linesAbout({ lines, closedAtMs, bookedNanoUsd, isFirstOpen, ...month }: Chargeback): string[] {
  const state =
    closedAtMs === undefined ? 'open: it may still change' : `closed ${new Date(closedAtMs).toISOString()}`
  return [
    line('month', `${month.name} by ${month.timeZone}, ${state}`),
    line('sum', showUsd(sumOf(lines))),
    line('books', `${showUsd(bookedNanoUsd)} (all time: the sum of all months)`),
    ...(closedAtMs === undefined && !isFirstOpen ? [line('note', OTHER_OPEN)] : []),
  ]
}

const OTHER_OPEN =
  'another month is the first that is open: corrections and what no record explains stand in its report. To close one: tollgate spend --month … --close'
