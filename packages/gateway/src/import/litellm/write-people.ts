import type { Directory, ImportedKeyHasher, KeyRecord } from '@tollgate/kit/directory'
import type { Ledger } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../../config/index.ts'
import { ownBudget } from '../../store/own-budgets.ts'
import { provisionAccount } from '../../store/provision-account.ts'
import { provisionKey, seenAtStart } from '../../store/provision-key.ts'
import { recordBudgets } from '../../store/record-budgets.ts'
import type { StatedBudget } from './budget.ts'
import type { ImportedKey } from './keys.ts'
import type { ImportedPeople } from './people.ts'

export interface WritePeopleOptions {
  readonly config: StoreConfig
  readonly directory: Directory
  readonly ledger: Ledger
  readonly hasher: ImportedKeyHasher
  readonly nowMs: number
}

/** How many were not there. */
export interface WrittenPeople {
  readonly users: number
  readonly keys: number
}

const ACTOR = { by: 'import', reason: 'tollgate import litellm' }

/** Keep users and keys, with their budgets. What is there already is left as it is: it may have been changed since. */
export async function writePeople(
  { users, keys }: ImportedPeople,
  options: WritePeopleOptions,
): Promise<WrittenPeople> {
  const { config, directory, ledger } = options
  const { org, timeZone } = config
  const ownOf = (budgets: readonly StatedBudget[]) => budgets.map((budget) => ownBudget(budget, timeZone))
  const by = { rules: config, ledger, directory }
  const seen = seenAtStart(config)
  const written = { users: 0, keys: 0 }
  // Their budgets come first: a run that breaks off in between leaves nobody who may spend without them.
  for (const { id, team, budgets } of users) {
    if (await directory.records.get('user', org, id)) continue
    const own = ownOf(budgets)
    const given = { org, account: `user:${id}`, own } as const
    if (own.length > 0) await provisionAccount(by, given, () => recordBudgets(directory, given, ACTOR))
    const value = team === undefined ? {} : { team }
    await directory.records.put({ kind: 'user', org, id, value, ifRevision: 0 }, ACTOR)
    written.users += 1
  }
  for (const key of keys) {
    const record = recordOf(key, options)
    if (await directory.findKey(record.lookup)) continue
    const own = ownOf(key.budgets)
    await provisionKey(by, record, own, seen)
    if (own.length > 0) await recordBudgets(directory, { org, account: `key:${record.id}`, own }, ACTOR)
    const { status } = await directory.createKey(record, ACTOR)
    if (status === 'read_only')
      throw new Error(`key ${record.id} cannot be kept: this directory is the config's`)
    written.keys += 1
  }
  return written
}

function recordOf(key: ImportedKey, { config, hasher, nowMs }: WritePeopleOptions): KeyRecord {
  const { sha256, before, budgets: _, ...owner } = key
  const secret = hasher.ofDigest(sha256)
  return {
    ...owner,
    ...secret,
    id: secret.lookup,
    org: config.org,
    createdAtMs: nowMs,
    ...(before && { previous: { ...hasher.ofDigest(before.sha256), untilMs: before.untilMs } }),
  }
}
