import { type AccountId, kindOf } from '@tollgate/kit/ledger'
import { atLeast, type Operator } from './manage.ts'
import { checkNotOwn } from './own.ts'
import { denied } from './refused.ts'

/** What stands over every team: whoever decides for teams does not decide on it. */
const OVER_TEAMS: ReadonlySet<string> = new Set(['org', 'provider'])

/**
 * Whether an operator may say what an account may spend: it is not their own, and not over all teams unless they are an admin.
 *
 * @throws TollgateError `permission_denied`.
 */
export function checkBudgets(operator: Operator, account: string): void {
  checkNotOwn(operator, account)
  if (OVER_TEAMS.has(kindOf(account as AccountId)) && !atLeast(operator.role, 'admin'))
    throw denied(`This takes the role admin, and you are a ${operator.role}.`)
}
