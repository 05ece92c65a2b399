import type { Kept, RecordStore } from './record-store.ts'
import type { RecordKind } from './records.ts'

/** Every record of a kind in an org, by id, so many at a time as a store gives; those alone that are wanted, where not all are. */
export async function everyRecord<Kind extends RecordKind>(
  records: Pick<RecordStore, 'list'>,
  kind: Kind,
  org: string,
  isWanted: (kept: Kept<Kind>) => boolean = () => true,
): Promise<readonly Kept<Kind>[]> {
  const all: Kept<Kind>[] = []
  for (let after = ''; ; ) {
    const page = await records.list(kind, org, { after, limit: PAGE })
    all.push(...page.filter(isWanted))
    if (page.length < PAGE) return all
    after = page.at(-1)!.id
  }
}

const PAGE = 1000
