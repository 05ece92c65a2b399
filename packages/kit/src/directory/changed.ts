import type { Changed } from './directory.ts'
import type { KeySummary } from './key-record.ts'
import type { Change } from './record-store.ts'

/** What watchers are told of a change: of a key, every handle that it had before or has now. */
export function changedBy({
  kind,
  org,
  id,
  before,
  after,
}: Pick<Change, 'kind' | 'org' | 'id' | 'before' | 'after'>): Changed {
  if (kind !== 'key') return { kind, org, id }
  const handles = [before, after].flatMap((key) => handlesOf(key as KeySummary | undefined))
  return { kind, id, lookups: [...new Set(handles)] }
}

/** The handle of a key, and the one that it had before. */
export function handlesOf(key: KeySummary | undefined): string[] {
  if (!key) return []
  return key.previous ? [key.lookup, key.previous.lookup] : [key.lookup]
}
