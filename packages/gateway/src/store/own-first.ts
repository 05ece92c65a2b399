import { accountPath, keyPrincipal } from '@tollgate/kit/directory'
import { type AccountId, kindOf } from '@tollgate/kit/ledger'
import { ownersThere } from './owners-there.ts'
import type { Pass } from './provision.ts'
import { type Provisioned, provisionChanged } from './provision-account.ts'

/** Resolves when these accounts have their budgets. */
export type OwnFirst = (accounts: readonly AccountId[]) => Promise<unknown>

/**
 * Gives accounts their budgets as somebody comes who spends from them, each once, while a pass looks at all of them one after the
 * other. What that would not look at is left alone.
 *
 * @param stated what has had its budgets, and not from what the directory says.
 */
export function ownFirst(pass: Pass, stated: readonly AccountId[]): OwnFirst {
  const { org, by } = pass
  const given = new Map<AccountId, Promise<void>>(stated.map((account) => [account, Promise.resolve()]))

  async function give(accounts: readonly AccountId[]): Promise<void> {
    const keys = await keysAmong(pass, accounts)
    const ofKeys = new Set(keys.flatMap(({ path }) => path))
    const known = await Promise.all(accounts.map((account) => isLookedAt(pass, account, ofKeys)))
    const owners = await ownersThere(
      by,
      org,
      accounts.filter((_, at) => known[at]),
    )
    await provisionChanged(by, org, [...keys, ...owners.map((account) => ({ account }))])
  }

  return (path) => {
    const others = path.filter((account) => !given.has(account))
    if (others.length > 0) {
      const giving = give(others)
      for (const account of others) given.set(account, giving)
      giving.catch(() => {
        // Whoever comes next tries again.
        for (const account of others) given.delete(account)
      })
    }
    return Promise.all(path.map((account) => given.get(account)))
  }
}

interface KnownKey extends Omit<Provisioned, 'org'> {
  /** Whom it belongs to. */
  readonly path: readonly AccountId[]
}

async function keysAmong(
  { org, options: { directory } }: Pass,
  accounts: readonly AccountId[],
): Promise<readonly KnownKey[]> {
  const found = await Promise.all(
    accounts.map(async (account) => {
      const key = kindOf(account) === 'key' ? await directory.getKey(account.slice('key:'.length)) : undefined
      return key?.org === org ? [{ account, key, path: accountPath(keyPrincipal(key)) }] : []
    }),
  )
  return found.flat()
}

/** Whether it is one of the teams, projects and users that a pass looks at: it has a record, or is what a key belongs to, or was stated. */
async function isLookedAt(
  { org, options: { directory }, left }: Pass,
  account: AccountId,
  ofKeys: ReadonlySet<AccountId>,
): Promise<boolean> {
  const kind = kindOf(account)
  if (kind !== 'team' && kind !== 'project' && kind !== 'user') return false
  if (kind !== 'user' && (ofKeys.has(account) || left.includes(account))) return true
  return (await directory.records.get(kind, org, account.slice(kind.length + 1))) !== undefined
}
