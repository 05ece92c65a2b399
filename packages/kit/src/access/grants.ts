import type { Kept, RecordStore } from '../directory/record-store.ts'
import type { Grant, RecordKind } from '../directory/records.ts'

export type KeptGrant = Kept<'grant'>

/** Whether a grant counts at a moment: from its beginning on, up to its end, unless it has been revoked. */
export function isActive({ fromMs, untilMs, revoked }: Grant, nowMs: number): boolean {
  return fromMs <= nowMs && nowMs < untilMs && revoked === undefined
}

/** Every record of a kind in an org, by id, so many at a time as a store gives. */
export async function everyRecord<Kind extends RecordKind>(
  records: Pick<RecordStore, 'list'>,
  kind: Kind,
  org: string,
): Promise<readonly Kept<Kind>[]> {
  const all: Kept<Kind>[] = []
  for (let after = ''; ; ) {
    const page = await records.list(kind, org, { after, limit: PAGE })
    all.push(...page)
    if (page.length < PAGE) return all
    after = page.at(-1)!.id
  }
}

const PAGE = 1000
