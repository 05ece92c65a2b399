import { kindOf } from '../account-id.ts'
import type { AccountId, AccountState, Metric } from '../ledger.ts'
import type { Books } from './books.ts'
import { standingOf } from './fit.ts'
import type { Provisioning, ProvisionOptions } from './provision.ts'

/** Where an account stands; one that is not in the books has spent nothing and has no budgets. */
export function readAccount(books: Books, provisioned: Provisioning, id: AccountId): AccountState {
  const account = provisioned.find(id)
  if (!account) return { account: id, spent: 0, reserved: 0, unconfirmed: 0, budgets: [] }
  const counterOf = (rule: (typeof account.rules)[number]) =>
    books.accounts.currentCounter(rule, books.windowNowMs)
  const { spent, reserved, unconfirmed } = counterOf(account.total)
  const budgets = account.rules.map((rule) => standingOf({ rule, counter: counterOf(rule) }))
  return { account: id, spent, reserved, unconfirmed, budgets }
}

/** Asked outside of any transaction: it answers from memory where it can, and decides nothing. */
export function smallestLimits(
  { accounts }: Books,
  { defaults, follow }: Pick<ProvisionOptions, 'defaults' | 'follow'>,
  path: readonly AccountId[],
): Partial<Record<Metric, number>> {
  const smallest: Partial<Record<Metric, number>> = {}
  for (const id of path) {
    const account = accounts.find(id)
    // An account that follows the defaults is brought in line when it is next charged.
    const byDefault = !account || (follow && account.auto) ? defaults.get(kindOf(id)) : undefined
    for (const { mode, metric, limit } of byDefault ?? account?.rules.map(({ budget }) => budget) ?? []) {
      if (mode === 'hard' && limit < (smallest[metric] ?? Infinity)) smallest[metric] = limit
    }
  }
  return smallest
}
