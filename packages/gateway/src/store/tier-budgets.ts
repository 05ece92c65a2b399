import type { Kept, KeyOwner, RecordKind } from '@tollgate/kit/directory'
import { type AccountId, type Budget, budgetFrom, kindOf } from '@tollgate/kit/ledger'
import { DEFAULT_TIER } from '../config/index.ts'

/** Where it is said who has which tier, and what comes with each. */
export interface TierSource {
  readonly records: { get: Get }
  getKey(id: string): Promise<TieredKey | undefined>
}

type Get = <Kind extends RecordKind>(
  kind: Kind,
  org: string,
  id: string,
) => Kept<Kind> | undefined | Promise<Kept<Kind> | undefined>

/** What says which tier a key's account has. */
export type TieredKey = {
  readonly [Field in 'team' | 'project' | 'user' | 'tier']?: KeyOwner[Field] | undefined
}

export interface TieredAccount {
  readonly org: string
  readonly account: AccountId
  /** A key as somebody has read it; it is read again where it can be. */
  readonly key?: TieredKey | undefined
}

/**
 * The budgets that come with the tier of an account; none where it has no tier, or one that comes with none. It is the tier
 * that is stated for the account itself. That of the org, or the one called default, is each team's, and each key's that
 * belongs to nobody: else they would be spent once more by everybody in a team.
 */
export async function tierBudgets(
  source: TierSource,
  timeZone: string,
  account: TieredAccount,
): Promise<readonly Budget[]> {
  const tier = await tierOf(source, account)
  if (tier === undefined) return []
  const kept = await source.records.get('tier', account.org, tier)
  return (kept?.value.budgets ?? []).map((entry) => budgetFrom(entry, { timeZone }))
}

async function tierOf(
  { records, getKey }: TierSource,
  { org, account, key: given }: TieredAccount,
): Promise<string | undefined> {
  const kind = kindOf(account)
  const id = account.slice(kind.length + 1)
  const ofOrg = async () => (await records.get('org', org, org))?.value.tier ?? DEFAULT_TIER
  if (kind === 'key') {
    const key = (await getKey(id)) ?? given
    return key?.tier ?? (key && belongsToNobody(key) ? ofOrg() : undefined)
  }
  if (kind === 'team') return (await records.get('team', org, id))?.value.tier ?? ofOrg()
  if (kind === 'project' || kind === 'user') return (await records.get(kind, org, id))?.value.tier
  return undefined
}

const belongsToNobody = ({ team, project, user }: TieredKey) =>
  team === undefined && project === undefined && user === undefined

/** The same for many accounts: each record is read once, and keys are taken as they were given, which saves reading each again. */
export function readOnce({ records }: Pick<TierSource, 'records'>): TierSource {
  const read = new Map<string, unknown>()
  const get: Get = (kind, org, id) => {
    const name = JSON.stringify([kind, org, id])
    if (!read.has(name)) read.set(name, records.get(kind, org, id))
    return read.get(name) as ReturnType<Get> as never
  }
  return { records: { get }, getKey: async () => undefined }
}

/** Keys as somebody states them, whatever a directory has under their ids. */
export function asStated({ records }: Pick<TierSource, 'records'>): TierSource {
  return { records, getKey: async () => undefined }
}
