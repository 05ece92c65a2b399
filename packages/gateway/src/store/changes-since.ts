import type { Change, KeySummary, RecordStore } from '@tollgate/kit/directory'
import type { AccountId } from '@tollgate/kit/ledger'

/** Who has been made or changed, as they are by now: keys, and the accounts of teams and projects. */
export interface ChangedOwners {
  readonly keys: readonly KeySummary[]
  readonly owners: readonly AccountId[]
}

/** What the history of an org says of keys, teams and projects after one of its changes; who was removed is left out. */
export async function changesSince(
  records: Pick<RecordStore, 'changes'>,
  org: string,
  sequence: number,
): Promise<ChangedOwners> {
  const latest = new Map<string, Change>()
  for await (const change of newestFirst(records, org)) {
    if (change.sequence <= sequence) break
    const account = `${change.kind}:${change.id}`
    if (!latest.has(account)) latest.set(account, change)
  }
  const there = [...latest.values()].filter(({ after }) => after !== undefined)
  return {
    keys: there.filter(({ kind }) => kind === 'key').map(({ after }) => after as KeySummary),
    owners: there.flatMap(({ kind, id }) =>
      kind === 'team' || kind === 'project' ? [`${kind}:${id}` as const] : [],
    ),
  }
}

async function* newestFirst(records: Pick<RecordStore, 'changes'>, org: string): AsyncGenerator<Change> {
  for (let before: number | undefined; ; ) {
    const page = await records.changes(org, before === undefined ? {} : { before })
    yield* page
    before = page.at(-1)?.sequence
    if (before === undefined) return
  }
}
