import { accountPath, type KeySummary, keyPrincipal } from '@tollgate/kit/directory'
import type { AccountId, Budget } from '@tollgate/kit/ledger'
import {
  type Provisioned,
  type Provisioning,
  provisionAccount,
  provisionChanged,
} from './provision-account.ts'
import { type Stating, statedAccounts } from './stated-accounts.ts'

/** Accounts that need no provisioning any more, by org. */
export type SeenAccounts = Map<string, Set<AccountId>>

/** Those that the config itself names: a start gives them what it states, and only a start does. */
export function seenAtStart(config: Stating): SeenAccounts {
  return new Map([[config.org, new Set(statedAccounts(config))]])
}

/**
 * A key, and whoever it belongs to and the config does not name; `seen` has had its budgets already.
 *
 * @param own what whoever owns the key states; undefined: the budgets of its own that the books keep stay.
 */
export async function provisionKey(
  by: Provisioning,
  key: KeySummary,
  own: readonly Budget[] | undefined,
  seen: SeenAccounts,
): Promise<void> {
  await Promise.all(accountsOfKey(key, own, seen).map((account) => provisionAccount(by, account)))
}

/** The same of many keys: who has what they should have is only read. */
export async function provisionKeys(
  by: Provisioning,
  keys: readonly KeySummary[],
  seen: SeenAccounts,
): Promise<void> {
  const accounts = keys.flatMap((key) => accountsOfKey(key, undefined, seen))
  for (const [org, theirs] of Map.groupBy(accounts, ({ org }) => org)) await provisionChanged(by, org, theirs)
}

/** The account of a key and those over it, but for users and those that were `seen`, among which they are from now on. */
function accountsOfKey(
  key: KeySummary,
  own: readonly Budget[] | undefined,
  seen: SeenAccounts,
): Provisioned[] {
  const { org } = key
  const seenInOrg = seen.get(org) ?? new Set()
  seen.set(org, seenInOrg)
  const unseen = accountPath(keyPrincipal(key)).filter(
    (account) => !account.startsWith('user:') && !seenInOrg.has(account),
  )
  return unseen.map((account) => {
    if (account.startsWith('key:')) return { org, account, own, key }
    seenInOrg.add(account)
    return { org, account }
  })
}
