import { isDeepStrictEqual } from 'node:util'
import { type AccountId, type Budget, kindOf, type Ledger, type Raise } from '@tollgate/kit/ledger'
import { accountBudgets, type BudgetRules } from './account-budgets.ts'
import { inTurn } from './account-turns.ts'
import { ownBudgetsOf } from './own-budgets.ts'
import { readOnce, type TieredKey, type TierSource, tierBudgets } from './tier-budgets.ts'

/** What accounts are given their budgets by: the rules of a config, and the tiers of a directory; and the books that keep them. */
export interface Provisioning {
  readonly rules: BudgetRules & { readonly timeZone: string }
  readonly ledger: Ledger
  readonly directory: TierSource
}

/** An account, and what whoever owns it states; undefined: the budgets of its own that the books keep stay. */
export interface Provisioned {
  readonly org: string
  readonly account: AccountId
  readonly own?: readonly Budget[] | undefined
  /** The key whose account it is, where somebody has just read it. */
  readonly key?: TieredKey | undefined
}

/**
 * Give an account its budgets: those of its own, or its tier's, or its kind's, and the policies over it. What was granted to
 * it stays. Whoever moves it to another tier meanwhile does so too, so that the tier is asked for until it is the one whose
 * budgets were given: the last to write knows the last that was said.
 *
 * @param given what is to be done once it has them, before anybody else in this process gives it others.
 */
export function provisionAccount(
  by: Provisioning,
  provisioned: Provisioned,
  given: () => Promise<void> = async () => {},
): Promise<void> {
  const { org, account } = provisioned
  // Budgets that somebody sets meanwhile are kept in the books alone: nobody may read what there is, and then write over them.
  return inTurn(by.directory.records, org, account, async () => {
    await giveAccount(by, provisioned)
    await given()
  })
}

async function giveAccount(
  { rules, ledger, directory }: Provisioning,
  provisioned: Provisioned,
): Promise<void> {
  const { org, account } = provisioned
  const ask = () => tierBudgets(directory, rules.timeZone, provisioned)
  for (let ofTier = await ask(), given: typeof ofTier | undefined; !isDeepStrictEqual(given, ofTier); ) {
    const [had] = await ledger.budgetsOf(org, [account])
    await ledger.provision(org, account, budgetsNow(rules, { ...provisioned, ofTier }, had))
    given = ofTier
    ofTier = await ask()
  }
}

/** How many are given their budgets at once. */
const AT_ONCE = 100

/**
 * The same of many accounts of one org. What they have is read together, and whoever has just that is left alone: a start
 * with a million keys, none of which has changed, only reads.
 */
export async function provisionChanged(
  by: Provisioning,
  org: string,
  accounts: readonly Omit<Provisioned, 'org'>[],
): Promise<void> {
  const { rules, ledger } = by
  const kept = await ledger.budgetsOf(
    org,
    accounts.map(({ account }) => account),
  )
  const directory = readOnce(by.directory)
  const now = await Promise.all(
    accounts.map(async (one, at) => {
      const ofTier = await tierBudgets(directory, rules.timeZone, { ...one, org })
      return budgetsNow(rules, { ...one, ofTier }, kept[at])
    }),
  )
  const changed = accounts
    .map((one) => ({ ...one, org }))
    .filter((_, at) => !isDeepStrictEqual(now[at], kept[at]))
  for (let at = 0; at < changed.length; at += AT_ONCE) {
    // Each is read again right before: what was granted to it meanwhile stays.
    await Promise.all(changed.slice(at, at + AT_ONCE).map((one) => provisionAccount(by, one)))
  }
}

interface Wanted extends Omit<Provisioned, 'org'> {
  readonly ofTier: readonly Budget[]
}

/** @param had undefined: the books do not know it. */
function budgetsNow(
  rules: BudgetRules,
  { account, own, ofTier }: Wanted,
  had: readonly Budget[] = [],
): readonly Budget[] {
  const raises = new Map(had.map(({ id, raise }) => [id, raise]))
  const budgets = accountBudgets(rules, kindOf(account), own ?? ownBudgetsOf(had), ofTier)
  return budgets.map((budget) => raised(budget, raises.get(budget.id)))
}

function raised({ raise: _, ...budget }: Budget, raise: Raise | undefined): Budget {
  return raise ? { ...budget, raise } : budget
}
