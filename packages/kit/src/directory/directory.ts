import type { KeyRecord, KeySummary } from './key-record.ts'

/**
 * The directory: who exists.
 *
 * It holds the virtual keys and whose they are; a key's text is never in it, only a keyed hash. Nothing is cached here:
 * what one process changes, every other one sees at its next question. Whoever puts a cache in front (`auth-virtual-key`
 * does) decides how long a revoked key may live on.
 *
 * A refusal is a value; a rejected promise, or a throw of `findKey`, means that the store is broken.
 */
export interface Directory {
  /**
   * The key with this lookup handle, revoked and expired ones included: the caller compares the hash first and asks
   * whether it is live afterwards. Answers at once where the store can, so that a hot path need not wait a turn.
   */
  findKey(lookup: string): KeyRecord | undefined | Promise<KeyRecord | undefined>

  /**
   * Keep a new key. Neither its id nor its lookup handle may be taken: an id is never given twice, not even after a
   * revoke, because its account keeps its past.
   *
   * @throws RangeError when the record is malformed.
   */
  createKey(record: KeyRecord): Promise<CreateKeyResult>

  /** Keys by id, ascending, revoked and expired ones included; one page at a time. */
  listKeys(page?: KeyPage): Promise<readonly KeySummary[]>

  /** Refuse this key from now on, for good. The second time changes nothing. */
  revokeKey(id: string): Promise<RevokeKeyResult>

  close(): Promise<void>
}

/** `read_only`: this directory, or the part of it that holds the key, belongs to a config file and is changed there. */
export type CreateKeyResult = { readonly status: 'created' | 'exists' | 'read_only' }
export type RevokeKeyResult = { readonly status: 'revoked' | 'repeat' | 'unknown' | 'read_only' }

export interface KeyPage {
  /** Only keys whose id sorts after this one: the last id of the page before. */
  readonly after?: string
  /** Keys on a page, 1 to 1000. */
  readonly limit?: number
}

/** Keys on a page unless another number is asked for, and the most there can be. */
const KEY_PAGE_LIMIT = 1000

/** The page as asked for, with its defaults. @throws RangeError when the limit is not a number from 1 to 1000. */
export function keyPage({ after = '', limit = KEY_PAGE_LIMIT }: KeyPage = {}): Required<KeyPage> {
  if (!Number.isInteger(limit) || limit < 1 || limit > KEY_PAGE_LIMIT) {
    throw new RangeError(`a page has 1 to ${KEY_PAGE_LIMIT} keys, not ${limit}`)
  }
  return { after, limit }
}
