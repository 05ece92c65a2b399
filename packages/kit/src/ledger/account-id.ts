import type { AccountId, AccountKind } from './ledger.ts'

const ACCOUNT = /^(?:org|team|project|user|key|provider):.+$/s

/** Whether a text names an account: a kind that there is, and an id that is not empty. */
export function isAccountId(text: string): text is AccountId {
  return ACCOUNT.test(text)
}

export function kindOf(account: AccountId): AccountKind {
  return account.slice(0, account.indexOf(':')) as AccountKind
}
