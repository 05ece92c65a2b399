import { isDeepStrictEqual } from 'node:util'
import type { Change, KeySummary, OrgRecord, RecordStore, TierRecord } from '@tollgate/kit/directory'
import type { AccountId } from '@tollgate/kit/ledger'

/** Who has been made or changed, as they are by now: keys, and the accounts of teams, projects and users. */
export interface ChangedOwners {
  readonly keys: readonly KeySummary[]
  readonly owners: readonly AccountId[]
  /** Whether what comes with a tier has changed, or the tier of those who name none: it may be anybody's. */
  readonly ofTiers: boolean
}

/** What the history of an org says of keys, teams, projects and users after one of its changes; who was removed is left out. */
export async function changesSince(
  records: Pick<RecordStore, 'changes'>,
  org: string,
  sequence: number,
): Promise<ChangedOwners> {
  const latest = new Map<string, Change>()
  let ofTiers = false
  for await (const change of newestFirst(records, org)) {
    if (change.sequence <= sequence) break
    ofTiers ||= isOfTiers(change)
    const account = `${change.kind}:${change.id}`
    if (!latest.has(account)) latest.set(account, change)
  }
  const there = [...latest.values()].filter(({ after }) => after !== undefined)
  return {
    keys: there.filter(({ kind }) => kind === 'key').map(({ after }) => after as KeySummary),
    owners: there.flatMap(({ kind, id }) =>
      kind === 'team' || kind === 'project' || kind === 'user' ? [`${kind}:${id}` as const] : [],
    ),
    ofTiers,
  }
}

function isOfTiers({ kind, before, after }: Change): boolean {
  if (kind !== 'tier' && kind !== 'org') return false
  const field = kind === 'tier' ? 'budgets' : 'tier'
  const [had, has] = [before, after].map((value) => (value as Partial<TierRecord & OrgRecord>)?.[field])
  return !isDeepStrictEqual(had, has)
}

async function* newestFirst(records: Pick<RecordStore, 'changes'>, org: string): AsyncGenerator<Change> {
  for (let before: number | undefined; ; ) {
    const page = await records.changes(org, before === undefined ? {} : { before })
    yield* page
    before = page.at(-1)?.sequence
    if (before === undefined) return
  }
}
