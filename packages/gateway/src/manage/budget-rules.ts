import { type AccountId, kindOf } from '@tollgate/kit/ledger'
import { atLeast, type Manage, type Operator } from './manage.ts'
import { checkNotOwn } from './own.ts'
import { denied } from './refused.ts'

/** What stands over every team: whoever decides for teams does not decide on it. */
const OVER_TEAMS: ReadonlySet<string> = new Set(['org', 'provider'])

/**
 * Whether an operator may say what an account may spend: it is not their own, nor that of a key of theirs, and not over all
 * teams unless they are an admin.
 *
 * @throws TollgateError `permission_denied`.
 */
export async function checkBudgets(
  { directory }: Pick<Manage, 'directory'>,
  operator: Operator,
  account: string,
): Promise<void> {
  checkNotOwn(operator, account)
  const kind = kindOf(account as AccountId)
  const key = kind === 'key' ? await directory.getKey(account.slice('key:'.length)) : undefined
  if (key?.user !== undefined) checkNotOwn(operator, `user:${key.user}`)
  if (OVER_TEAMS.has(kind) && !atLeast(operator.role, 'admin'))
    throw denied(`This takes the role admin, and you are a ${operator.role}.`)
}
