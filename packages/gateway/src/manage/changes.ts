import type { Change } from '@tollgate/kit/directory'
import type { Manage } from './manage.ts'
import { type Page, type PageQuery, pageOf } from './page.ts'
import { invalid } from './refused.ts'

/** Who changed what, the newest first. */
export function listChanges({ directory, org }: Manage, page: PageQuery): Promise<Page<Change>> {
  return pageOf(
    page,
    async (before, limit) =>
      directory.records.changes(org, { limit, ...(before !== undefined && { before: sequenceIn(before) }) }),
    ({ sequence }) => String(sequence),
  )
}

function sequenceIn(text: string): number {
  const sequence = Number(text)
  if (Number.isSafeInteger(sequence)) return sequence
  throw invalid('cursor', 'The cursor is none of this list: take it from next_cursor of the page before.')
}
