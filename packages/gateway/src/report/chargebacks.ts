import { type Directory, everyRecord } from '@tollgate/kit/directory'
import type { StoreConfig } from '../config/index.ts'
import { withTexts } from '../keep/kept-texts.ts'
import { type Chargeback, chargeback } from './chargeback.ts'
import type { Charges } from './charges.ts'
import { closedMonths, keepClosed } from './closed-months.ts'
import { lastMonth, type Month, monthNamed } from './month.ts'

/** The monthly reports of an org, for finance. */
export interface Chargebacks {
  readonly charges: Charges
  /** The month of this name, by default the last that has ended; undefined when there is no such name. */
  named(name: string | undefined, nowMs: number): Month | undefined
  /** What it cost, and whom. */
  of(month: Month): Promise<Chargeback>
  /** The same, which stays as it is from now on. Only the first month that is open can be closed, and once it is over. */
  close(month: Month, nowMs: number): Promise<Closing>
}

export type Closing =
  | { readonly status: 'closed'; readonly month: Chargeback }
  /** `closed_before`: by anybody, now or earlier. `running`: it has not ended. `not_first`: an earlier one is open. */
  | { readonly status: 'closed_before' | 'running' | 'not_first' }

export interface ChargebacksOptions {
  readonly config: Pick<StoreConfig, 'store' | 'org' | 'teams'>
  readonly charges: Charges
  readonly directory: Pick<Directory, 'records'>
}

export function chargebacks({ config, charges, directory }: ChargebacksOptions): Chargebacks {
  const of = async (month: Month) => {
    const closed = await withTexts(config, closedMonths)
    return chargeback(month, { charges, closed, costCenterOf: await costCenters(config, directory) })
  }
  return {
    charges,
    named: (name, nowMs) =>
      name === undefined ? lastMonth(nowMs, charges.timeZone) : monthNamed(name, charges.timeZone),
    of,
    async close(month, nowMs) {
      if (nowMs < month.endMs) return { status: 'running' }
      const report = await of(month)
      if (report.closedAtMs !== undefined) return { status: 'closed_before' }
      if (!report.isFirstOpen) return { status: 'not_first' }
      const { name, timeZone, startMs, endMs, lines } = report
      const closed = { name, timeZone, startMs, endMs, closedAtMs: nowMs, lines }
      const kept = await withTexts(config, (texts) => keepClosed(texts, closed))
      return kept
        ? { status: 'closed', month: { ...report, closedAtMs: nowMs } }
        : { status: 'closed_before' }
    },
  }
}

/** What finance calls each team: as the config says, otherwise the directory. */
async function costCenters(
  { org, teams }: ChargebacksOptions['config'],
  { records }: ChargebacksOptions['directory'],
): Promise<(team: string | null) => string | null> {
  const kept = (await everyRecord(records, 'team', org)).map(({ id, value }) => ({ id, ...value }))
  const named = [...kept, ...teams].filter(({ costCenter }) => costCenter !== undefined)
  const known = new Map(named.map(({ id, costCenter }) => [id, costCenter!]))
  return (team) => (team === null ? null : (known.get(team) ?? null))
}
