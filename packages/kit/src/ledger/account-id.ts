import type { AccountId, AccountKind } from './ledger.ts'

/** Whom a budget can be of. */
export const ACCOUNT_KINDS: readonly AccountKind[] = ['org', 'team', 'project', 'user', 'key', 'provider']

const ACCOUNT = new RegExp(`^(?:${ACCOUNT_KINDS.join('|')}):.+$`, 's')

/** Whether a text names an account: a kind that there is, and an id that is not empty. */
export function isAccountId(text: string): text is AccountId {
  return ACCOUNT.test(text)
}

export function kindOf(account: AccountId): AccountKind {
  return account.slice(0, account.indexOf(':')) as AccountKind
}
