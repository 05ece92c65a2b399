import { accountPath, type Directory, type KeySummary, keyPrincipal } from '@tollgate/kit/directory'
import { type AccountId, type Budget, kindOf, type Ledger } from '@tollgate/kit/ledger'
import type { Config } from '../config/index.ts'
import { accountBudgets } from './account-budgets.ts'
import { ownBudgetsOf } from './own-budgets.ts'

/**
 * Give every account that the config or the directory names the budgets it has by now. Repeating it changes nothing,
 * and a changed limit changes no counter. Users are left to the ledger, which makes their accounts when it first sees
 * them.
 */
export async function provision(
  config: Config,
  { ledger, directory }: { readonly ledger: Ledger; readonly directory: Directory },
): Promise<void> {
  await provisionAccount(config, ledger, `org:${config.org}`)
  await Promise.all(
    config.teams.map(({ id, budgets }) => provisionAccount(config, ledger, `team:${id}`, budgets)),
  )
  const seen = new Set<AccountId>([
    `org:${config.org}`,
    ...config.teams.map(({ id }): AccountId => `team:${id}`),
  ])
  for await (const keys of pagesOf(directory)) {
    const states = await ledger.read(keys.map(({ id }): AccountId => `key:${id}`))
    const stated = new Map(config.keys.map(({ id, budgets }) => [id, budgets]))
    const own = (index: number) =>
      stated.get(keys[index]!.id) ?? ownBudgetsOf(states[index]!, config.timeZone)
    await Promise.all(keys.map((key, index) => provisionKey(config, ledger, key, own(index), seen)))
  }
}

/** A key, and whoever it belongs to and the config does not name; `seen` has had its budgets already. */
export async function provisionKey(
  config: Config,
  ledger: Ledger,
  key: KeySummary,
  own: readonly Budget[],
  seen: Set<AccountId>,
): Promise<void> {
  const owners = accountPath(keyPrincipal(key)).filter(
    (account) => !account.startsWith('user:') && !account.startsWith('key:') && !seen.has(account),
  )
  for (const owner of owners) seen.add(owner)
  await Promise.all([
    ...owners.map((owner) => provisionAccount(config, ledger, owner)),
    provisionAccount(config, ledger, `key:${key.id}`, own),
  ])
}

async function provisionAccount(
  config: Config,
  ledger: Ledger,
  account: AccountId,
  own: readonly Budget[] = [],
): Promise<void> {
  await ledger.provision(account, accountBudgets(config, kindOf(account), own))
}

const PAGE = 1000

async function* pagesOf(directory: Directory): AsyncGenerator<readonly KeySummary[]> {
  for (let after = ''; ; ) {
    const page = await directory.listKeys({ after, limit: PAGE })
    if (page.length > 0) yield page
    if (page.length < PAGE) return
    after = page.at(-1)!.id
  }
}
