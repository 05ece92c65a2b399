import type { Actor, Directory } from '@tollgate/kit/directory'
import type { AccountId, Budget, Ledger } from '@tollgate/kit/ledger'
import { entryOf } from './account-budgets.ts'
import { ownBudgetsOf } from './own-budgets.ts'

export interface GivenBudgets {
  readonly org: string
  readonly account: AccountId
  /** None: it has those of its tier or its kind again. */
  readonly own: readonly Budget[]
}

type Recording = Pick<Directory, 'records'>

/**
 * Keep who has given an account its own budgets, in the history of its org. The books hold what may be spent; repeating it
 * changes nothing.
 */
export async function recordBudgets(
  { records }: Recording,
  { org, account, own }: GivenBudgets,
  actor: Actor,
): Promise<void> {
  const record = { kind: 'budgets', org, id: account } as const
  if (own.length === 0) await records.remove(record, actor)
  else await records.put({ ...record, value: { budgets: own.map(entryOf) } }, actor)
}

/** Nobody knows any more who it was. */
const SOMEBODY: Actor = { by: 'unknown', reason: 'found in the books, where nobody had recorded it' }

/**
 * Keep what the books say was given and no history tells of: by a release that kept none, or by a process that ended between
 * the two. What comes after it is then told with what was before.
 */
export async function recordUntold(
  { directory: { records }, ledger }: { readonly directory: Recording; readonly ledger: Ledger },
  org: string,
  account: AccountId,
): Promise<void> {
  const [had = []] = await ledger.budgetsOf(org, [account])
  const own = ownBudgetsOf(had)
  if (own.length === 0) return
  const value = { budgets: own.map(entryOf) }
  await records.put({ kind: 'budgets', org, id: account, value, ifRevision: 0 }, SOMEBODY)
}
