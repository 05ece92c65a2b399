import type { AuditTrail } from '@tollgate/kit/audit'
import type { SqliteAudit } from '@tollgate/kit/audit/sqlite'
import { type Clock, defineStage, type Stage, TollgateError } from '@tollgate/kit/core'
import { type AccountId, isAccountId, type Ledger } from '@tollgate/kit/ledger'
import { accountJson } from '../endpoints/account-json.ts'
import { queryOf, sendJson } from '../endpoints/json.ts'
import { sinceMsOf } from '../report/since.ts'
import {
  groupsOf,
  type SpendReport,
  type SpendReportOptions,
  spendJson,
  spendReport,
} from '../report/spend-report.ts'

export interface SpendOptions {
  readonly ledger: Ledger
  readonly records: SqliteAudit
  /** Brings the records of what has just been spent to the table. */
  readonly trail: Pick<AuditTrail, 'flush'>
  readonly clock: Clock
}

/** `?account=key:demo`: where an account stands. `?group_by=team,model&since=7d`: a table of who spent what. */
export const spend = ({ ledger, records, trail, clock }: SpendOptions): Stage =>
  defineStage({
    name: 'spend',
    handle: async function spend(req, res) {
      const query = queryOf(req)
      const groupBy = query.get('group_by')
      if (groupBy === null) {
        const [state] = await ledger.read([accountOf(query)])
        return sendJson(res, accountJson(state!))
      }
      const sinceMs = sinceOf(query, clock)
      await trail.flush()
      sendJson(res, spendJson(await reportOf({ ledger, records, groupBy: groupsOf(groupBy), sinceMs })))
    },
  })

function accountOf(query: URLSearchParams): AccountId {
  const account = query.get('account')
  if (account !== null && isAccountId(account)) return account
  throw wrong(
    'account',
    'Name an account, as in ?account=team:marketing (an org, team, project, user or key), or ?group_by=team,model.',
  )
}

function sinceOf(query: URLSearchParams, clock: Clock): number | undefined {
  const text = query.get('since')
  if (text === null) return undefined
  const sinceMs = sinceMsOf(text, clock.now())
  if (sinceMs !== undefined) return sinceMs
  throw wrong('since', 'Write since=7d, since=12h or since=2026-11-01.')
}

async function reportOf(options: SpendReportOptions): Promise<SpendReport> {
  try {
    return await spendReport(options)
  } catch (error) {
    if (error instanceof RangeError) throw wrong('group_by', `${error.message}.`)
    throw error
  }
}

function wrong(param: string, message: string): TollgateError {
  return new TollgateError('invalid_request', { param, message })
}
