import type { Clock } from '../../core/clock.ts'
import { kindOf } from '../account-id.ts'
import type { AccountId, AccountState, Budget, Ledger } from '../ledger.ts'
import { keepingRaises } from '../raise.ts'
import { smallestLimits } from '../smallest-limits.ts'
import type { AccountName, Accounts } from './accounts.ts'
import type { Books } from './books.ts'
import { standingOf } from './fit.ts'
import type { Provisioning, ProvisionOptions } from './provision.ts'

/** Where an account stands; one that is not in the books has spent nothing and has no budgets. */
export function readAccount(books: Books, provisioned: Provisioning, { org, id }: AccountName): AccountState {
  const account = provisioned.find(org, id)
  if (!account) return { org, account: id, spent: 0, reserved: 0, unconfirmed: 0, budgets: [] }
  const counterOf = (rule: (typeof account.rules)[number]) =>
    books.accounts.currentCounter(rule, books.windowNowMs)
  const { spent, reserved, unconfirmed } = counterOf(account.total)
  const budgets = account.rules.map((rule) => standingOf({ rule, counter: counterOf(rule) }, books.nowMs))
  return { org, account: id, spent, reserved, unconfirmed, budgets }
}

/** Asked outside of any transaction: it answers from memory where it can, and decides nothing. */
export function smallestLimitsIn(
  accounts: Pick<Accounts, 'find'>,
  { defaults, follow }: Pick<ProvisionOptions, 'defaults' | 'follow'>,
  clock: Clock,
): Ledger['smallestLimits'] {
  function budgetsOf(org: string, id: AccountId): readonly Budget[] {
    const account = accounts.find(org, id)
    // An account that follows the defaults is brought in line when it is next charged.
    const byDefault = !account || (follow && account.auto) ? defaults.get(kindOf(id)) : undefined
    const own = account?.rules.map(({ budget }) => budget) ?? []
    return byDefault ? keepingRaises(byDefault, own) : own
  }

  return (org, path) =>
    smallestLimits(
      path.flatMap((id) => budgetsOf(org, id)),
      clock.now(),
    )
}
