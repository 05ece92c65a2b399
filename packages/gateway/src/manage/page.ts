import { invalid } from './refused.ts'

/** Items on a page unless another number is asked for, and the most there can be. */
export const DEFAULT_PAGE_LIMIT = 100
export const MAX_PAGE_LIMIT = 1000

/** Which part of a list is asked for. */
export interface PageQuery {
  readonly limit?: number | undefined
  /** As the page before gave it; its text means nothing to whoever asks. */
  readonly cursor?: string | undefined
}

export interface Page<T> {
  readonly data: readonly T[]
  /** Leads to the next page; null when this is the last one. */
  readonly next_cursor: string | null
}

/**
 * A page of a list that is read by the place of its last item. One item more than asked for is read, so that a page is
 * known to be the last one without an empty one behind it.
 *
 * @throws TollgateError `invalid_request` when the cursor is none that a page has given.
 */
export async function pageOf<T>(
  { limit = DEFAULT_PAGE_LIMIT, cursor }: PageQuery,
  read: (after: string | undefined, limit: number) => Promise<readonly T[]>,
  placeOf: (item: T) => string,
): Promise<Page<T>> {
  const after = cursor === undefined ? undefined : placeIn(cursor)
  // A store gives as many as the longest page has: of that one, the item beyond it is asked for by itself.
  const items = await read(after, Math.min(limit + 1, MAX_PAGE_LIMIT))
  const data = items.slice(0, limit)
  const last = data.at(-1)
  const more =
    last !== undefined && (items.length > limit || (limit === MAX_PAGE_LIMIT && (await isMore(last))))
  return { data, next_cursor: more ? cursorOf(placeOf(last)) : null }

  async function isMore(item: T): Promise<boolean> {
    return data.length === limit && (await read(placeOf(item), 1)).length > 0
  }
}

const PREFIX = 'after:'

function cursorOf(place: string): string {
  return Buffer.from(PREFIX + place).toString('base64url')
}

function placeIn(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (!text.startsWith(PREFIX))
    throw invalid('cursor', 'The cursor is none: take it from next_cursor of the page before.')
  return text.slice(PREFIX.length)
}
