import { ACCOUNT_KINDS } from './account-id.ts'
import { budgetFrom, type DefaultBudget } from './budget-entry.ts'
import { checkBudgets } from './check.ts'
import type { AccountKind, Budget } from './ledger.ts'

export interface DefaultsOptions {
  /**
   * What accounts get that nobody has provisioned, when they are first charged, and follow when it changes. Users and
   * the org are made without any of these as well, a team, project or key only when its kind is named here. A process
   * that only looks leaves the option out: it then changes no account's budgets.
   */
  readonly budgets?: readonly DefaultBudget[]
  /** IANA zone of the budgets that name none. */
  readonly timeZone?: string
  /** How many accounts nobody provisioned one parent may have. */
  readonly maxAuto?: number
}

/**
 * What accounts get that nobody has provisioned, by kind. A user or an org that nobody has seen is welcome also when it has
 * no budget of its own.
 *
 * @throws RangeError when one of them is no budget, or of a kind of account that there is not.
 */
export function defaultBudgets(
  entries: readonly DefaultBudget[],
  timeZone: string,
): ReadonlyMap<AccountKind, readonly Budget[]> {
  const byKind = new Map<AccountKind, Budget[]>([
    ['org', []],
    ['user', []],
  ])
  for (const entry of entries) {
    // A kind that there is not would be nobody's budget, and its limit would hold for no request.
    if (!ACCOUNT_KINDS.includes(entry.per))
      throw new RangeError(`per: "${entry.per}" is no kind of account: ${ACCOUNT_KINDS.join(', ')}`)
    const limits = byKind.get(entry.per) ?? []
    byKind.set(entry.per, [...limits, budgetFrom(entry, { timeZone })])
  }
  for (const [kind, limits] of byKind) checkBudgets(`${kind}:*`, limits)
  return byKind
}
