import { everyRecord } from '@tollgate/kit/directory'
import type { AccountId } from '@tollgate/kit/ledger'
import { keyPages } from '../store/every-key.ts'
import { ownersThere } from '../store/owners-there.ts'
import { type Provisioned, type Provisioning, provisionChanged } from '../store/provision-account.ts'
import { provisionInForce } from '../store/provision-in-force.ts'
import type { Manage, ManagedConfig } from './manage.ts'

/**
 * Give everybody the budgets that come with their tiers by now: what comes with one has changed, or which one is had by whoever
 * names none. It may be anybody's, so that all are looked at; who has what they should have is only read.
 */
export async function provisionHolders(manage: Manage): Promise<void> {
  const { ledger, directory, org } = manage
  await provisionInForce(manage.config, async (rules) => {
    const by = { rules, ledger, directory }
    const stated = statedIn(rules)
    await provisionChanged(by, org, await owners(by, manage, stated))
    for await (const page of keyPages(directory)) {
      const keys = page.filter((key) => key.org === org)
      await provisionChanged(
        by,
        org,
        keys.map((key) => ({ ...withOwn(stated, `key:${key.id}`), key })),
      )
    }
  })
}

type Stated = ReadonlyMap<string, Provisioned['own']>

/** What the file states, which is not in the books as anybody's own. */
export function statedIn({ teams, keys }: ManagedConfig): Stated {
  return new Map([
    ...teams.map(({ id, budgets }) => [`team:${id}`, budgets] as const),
    ...keys.map(({ id, budgets }) => [`key:${id}`, budgets] as const),
  ])
}

const withOwn = (stated: Stated, account: AccountId) => ({ account, own: stated.get(account) })

async function owners(
  by: Provisioning,
  { directory: { records }, org }: Manage,
  stated: Stated,
): Promise<readonly Omit<Provisioned, 'org'>[]> {
  const kinds = ['team', 'project', 'user'] as const
  const all = (await Promise.all(kinds.map((kind) => everyRecord(records, kind, org)))).flat()
  const accounts = all.flatMap(({ kind, id, owner }): AccountId[] => {
    const account: AccountId = `${kind}:${id}`
    // What another file states is for those to give who have it.
    return owner === 'config' && kind === 'team' && !stated.has(account) ? [] : [account]
  })
  return (await ownersThere(by, org, accounts)).map((account) => withOwn(stated, account))
}
