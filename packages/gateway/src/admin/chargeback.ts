import type { AuditTrail } from '@tollgate/kit/audit'
import { type Clock, defineStage, type Stage, TollgateError } from '@tollgate/kit/core'
import { queryOf, sendJson } from '../endpoints/json.ts'
import { chargebackJson, chargebackRows, columnsOf } from '../report/chargeback-table.ts'
import type { Chargebacks } from '../report/chargebacks.ts'
import { csv } from '../report/csv.ts'
import { Unanswered } from '../report/spend-report.ts'

export interface ChargebackStageOptions {
  readonly months: Chargebacks
  /** Brings the records of what has just been spent to the table. */
  readonly trail: Pick<AuditTrail, 'flush'>
  readonly clock: Clock
}

/** `?month=2026-10&by=team,cost_center`: what a month cost, and whom; with `&format=csv` as finance reads it. */
export const chargeback = ({ months, trail, clock }: ChargebackStageOptions): Stage =>
  defineStage({
    name: 'chargeback',
    handle: async function chargeback(req, res) {
      const query = queryOf(req)
      const month = months.named(query.get('month') ?? undefined, clock.now())
      if (!month) throw wrong('month', 'Write a month as in ?month=2026-10.')
      const columns = columnsIn(query, months)
      const format = query.get('format') ?? 'json'
      if (format !== 'json' && format !== 'csv') throw wrong('format', 'Write format=json or format=csv.')
      await trail.flush()
      const report = await months.of(month)
      if (format === 'json') return sendJson(res, chargebackJson(report, columns))
      res.writeHead(200, {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': `attachment; filename="chargeback-${month.name}.csv"`,
        'cache-control': 'no-store',
      })
      res.end(csv(chargebackRows(report, columns)))
    },
  })

function columnsIn(query: URLSearchParams, { charges }: Chargebacks) {
  try {
    return columnsOf(query.get('by') ?? undefined, charges.fields)
  } catch (error) {
    throw error instanceof Unanswered ? wrong('by', `${error.message}.`) : error
  }
}

function wrong(param: string, message: string): TollgateError {
  return new TollgateError('invalid_request', { param, message })
}
