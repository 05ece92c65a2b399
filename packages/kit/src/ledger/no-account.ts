import { kindOf } from './account-id.ts'
import type { AccountId, NoAccountReason } from './ledger.ts'

export interface NoAccountFacts {
  readonly org: string
  readonly account: AccountId
  readonly reason: NoAccountReason
}

/** One sentence for the log of whoever was answered `no_account`: what is wrong, and what to do about it. */
export function noAccountText({ org, account, reason }: NoAccountFacts): string {
  const kind = kindOf(account)
  switch (reason) {
    case 'unknown':
      return `The books of the org ${org} have no account ${account}. Provision it, or give every ${kind} a default budget: { per: '${kind}', … }.`
    case 'gone':
      return `The account ${account} of the org ${org} has been charged before, but its limits are lost. Restore the books, or provision it anew.`
    case 'too_many':
      return `The account ${account} of the org ${org} is one more than its parent may gain by itself. Raise maxAuto, or provision it.`
  }
}
