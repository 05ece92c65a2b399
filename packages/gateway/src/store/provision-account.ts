import { isDeepStrictEqual } from 'node:util'
import { type AccountId, type Budget, kindOf, type Ledger, type Raise } from '@tollgate/kit/ledger'
import { accountBudgets, type BudgetRules } from './account-budgets.ts'
import { ownBudgetsOf } from './own-budgets.ts'

/** An account, and what whoever owns it states; undefined: the budgets of its own that the books keep stay. */
export interface Provisioned {
  readonly org: string
  readonly account: AccountId
  readonly own?: readonly Budget[] | undefined
}

/** Give an account its budgets: those of its own, or its kind's, and the policies over it. What was granted to it stays. */
export async function provisionAccount(
  rules: BudgetRules,
  ledger: Ledger,
  provisioned: Provisioned,
): Promise<void> {
  const { org, account } = provisioned
  const [had] = await ledger.budgetsOf(org, [account])
  await ledger.provision(org, account, budgetsNow(rules, provisioned, had))
}

/** How many are given their budgets at once. */
const AT_ONCE = 100

/**
 * The same of many accounts of one org. What they have is read together, and whoever has just that is left alone: a start
 * with a million keys, none of which has changed, only reads.
 */
export async function provisionChanged(
  rules: BudgetRules,
  ledger: Ledger,
  org: string,
  accounts: readonly Omit<Provisioned, 'org'>[],
): Promise<void> {
  const kept = await ledger.budgetsOf(
    org,
    accounts.map(({ account }) => account),
  )
  const changed = accounts
    .map((one) => ({ ...one, org }))
    .filter((one, at) => !isDeepStrictEqual(budgetsNow(rules, one, kept[at]), kept[at]))
  for (let at = 0; at < changed.length; at += AT_ONCE) {
    // Each is read again right before: what was granted to it meanwhile stays.
    await Promise.all(changed.slice(at, at + AT_ONCE).map((one) => provisionAccount(rules, ledger, one)))
  }
}

/** @param had undefined: the books do not know it. */
function budgetsNow(
  rules: BudgetRules,
  { account, own }: Provisioned,
  had: readonly Budget[] = [],
): readonly Budget[] {
  const raises = new Map(had.map(({ id, raise }) => [id, raise]))
  const budgets = accountBudgets(rules, kindOf(account), own ?? ownBudgetsOf(had))
  return budgets.map((budget) => raised(budget, raises.get(budget.id)))
}

function raised({ raise: _, ...budget }: Budget, raise: Raise | undefined): Budget {
  return raise ? { ...budget, raise } : budget
}
