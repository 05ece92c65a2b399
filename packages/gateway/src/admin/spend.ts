import type { AuditTrail } from '@tollgate/kit/audit'
import { type Clock, defineStage, type Stage, TollgateError } from '@tollgate/kit/core'
import { type AccountId, isAccountId, type Ledger } from '@tollgate/kit/ledger'
import { accountJson } from '../endpoints/account-json.ts'
import { fromBooks } from '../endpoints/from-books.ts'
import { queryOf, sendJson } from '../endpoints/json.ts'
import { sinceMsOf } from '../report/since.ts'
import { groupsOf, type SpendReports, Unanswered } from '../report/spend-report.ts'

export interface SpendOptions {
  readonly ledger: Ledger
  /** Whose accounts are asked for. */
  readonly org: string
  /** Whether the books of other orgs in the same store are somebody else's. */
  readonly alone: boolean
  readonly reports: SpendReports
  /** Brings the records of what has just been spent to the table. */
  readonly trail: Pick<AuditTrail, 'flush'>
  readonly clock: Clock
}

/** `?account=key:demo`: where an account stands. `?group_by=team,model&since=7d`: a table of who spent what. */
export const spend = ({ ledger, org, alone, reports, trail, clock }: SpendOptions): Stage =>
  defineStage({
    name: 'spend',
    handle: async function spend(req, res) {
      const query = queryOf(req)
      const groupBy = query.get('group_by')
      if (groupBy === null) {
        const account = accountOf(query)
        const [state] = await fromBooks(ledger.read(orgOf(account, org, alone), [account]))
        return sendJson(res, accountJson(state!))
      }
      const nowMs = clock.now()
      const sinceMs = sinceOf(query, nowMs)
      await trail.flush()
      const report = await reports({ groupBy: groupsOf(groupBy), sinceMs, nowMs }).catch(refuse)
      sendJson(res, report.json())
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

/** An org's own account says whose books it is in. */
function orgOf(account: AccountId, org: string, alone: boolean): string {
  const named = account.startsWith('org:') ? account.slice('org:'.length) : org
  if (named === org || !alone) return named
  throw wrong('account', `This gateway keeps the books of ${org}, and tells of no other org.`)
}

function sinceOf(query: URLSearchParams, nowMs: number): number | undefined {
  const text = query.get('since')
  if (text === null) return undefined
  const sinceMs = sinceMsOf(text, nowMs)
  if (sinceMs !== undefined) return sinceMs
  throw wrong('since', 'Write since=7d, since=12h or since=2026-11-01.')
}

const PARAMS = { groupBy: 'group_by', sinceMs: 'since' } as const

function refuse(error: unknown): never {
  if (error instanceof Unanswered) throw wrong(PARAMS[error.part], `${error.message}.`)
  throw error
}

function wrong(param: string, message: string): TollgateError {
  return new TollgateError('invalid_request', { param, message })
}
