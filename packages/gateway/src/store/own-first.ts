import { accountPath, keyPrincipal } from '@tollgate/kit/directory'
import { type AccountId, kindOf } from '@tollgate/kit/ledger'
import type { Config } from '../config/index.ts'
import { ownersThere } from './owners-there.ts'
import type { Pass } from './provision.ts'
import { type Provisioned, provisionChanged } from './provision-account.ts'
import { accountsWithStated, provisionStated } from './provision-stated.ts'

/** Resolves when these accounts have their budgets. */
export type OwnFirst = (accounts: readonly AccountId[]) => Promise<unknown>

export interface OwnFirstOptions {
  /** Whether what the config itself names has had its budgets. */
  readonly hasStated: boolean
}

/**
 * Gives accounts their budgets as somebody comes who spends from them, each once, while a pass looks at all of them one after the
 * other. What that would not look at is left alone, and whoever cannot be given theirs stands in nobody else's way.
 */
export function ownFirst(pass: Pass, config: Config, { hasStated }: OwnFirstOptions): OwnFirst {
  const { org, by } = pass
  const stated = new Set(accountsWithStated(config))
  const given = new Map<AccountId, Promise<void>>()

  async function giveStated(account: AccountId): Promise<void> {
    if (!hasStated) await provisionStated(config, by, [account])
  }

  async function give(account: AccountId, among: Promise<readonly KnownKey[]>): Promise<void> {
    const keys = await among
    const key = keys.find((key) => key.account === account)
    if (key) return provisionChanged(by, org, [key])
    const ofKeys = new Set(keys.flatMap(({ path }) => path))
    // Nobody knows it yet, who may when the next one comes.
    if (!(await isLookedAt(pass, account, ofKeys))) return void given.delete(account)
    const owners = await ownersThere(by, org, [account])
    await provisionChanged(
      by,
      org,
      owners.map((account) => ({ account })),
    )
  }

  return (path) => {
    const others = path.filter((account) => !given.has(account))
    const keys = keysAmong(
      pass,
      others.filter((account) => !stated.has(account)),
    )
    for (const account of others) {
      const giving = stated.has(account) ? giveStated(account) : give(account, keys)
      given.set(account, giving)
      // Whoever comes next tries again.
      giving.catch(() => given.delete(account))
    }
    // Whoever needs them is told.
    keys.catch(() => {})
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
