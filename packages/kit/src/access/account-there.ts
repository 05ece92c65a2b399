import { kindOf } from '../ledger/account-id.ts'
import type { AccountId } from '../ledger/ledger.ts'
import type { DeskParts } from './desk-parts.ts'

/**
 * Whether there is somebody of this name, whom the directory knows or the books. Anybody may be a user: their account is made
 * when they are first seen.
 */
export async function isThere(
  { records, ledger, keyOwner }: Pick<DeskParts, 'records' | 'ledger' | 'keyOwner'>,
  org: string,
  account: AccountId,
): Promise<boolean> {
  const kind = kindOf(account)
  const id = account.slice(kind.length + 1)
  if (kind === 'user') return true
  const known = kind === 'key' ? keyOwner(org, id) : kind !== 'provider' && records.get(kind, org, id)
  if (await known) return true
  const [budgets] = await ledger.budgetsOf(org, [account])
  return budgets !== undefined
}
