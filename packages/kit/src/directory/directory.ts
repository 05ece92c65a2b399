import type { KeyRecord, KeySummary } from './key-record.ts'
import type { Actor, RecordStore } from './record-store.ts'
import type { RecordKind } from './records.ts'

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
  createKey(record: KeyRecord, actor?: Actor): Promise<CreateKeyResult>

  /** The key of this id, revoked and expired ones included. */
  getKey(id: string): Promise<KeySummary | undefined>

  /** Keys by id, ascending, revoked and expired ones included; one page at a time. */
  listKeys(page?: KeyPage): Promise<readonly KeySummary[]>

  /** Refuse this key from now on, for good. The second time changes nothing. */
  revokeKey(id: string, actor?: Actor, at?: AtRevision): Promise<RevokeKeyResult>

  /** Whose a key is, what it is called and confined to, and until when it lives. What is not named stays. */
  changeKey(id: string, change: KeyChange, actor?: Actor): Promise<ChangeKeyResult>

  /** Give a key another secret. The old one is taken until `graceUntilMs`; one that was in its grace ends now. */
  rotateKey(id: string, secret: NewSecret, actor?: Actor): Promise<ChangeKeyResult>

  /** Orgs, teams, projects, users, tiers, access requests and grants; and who gave which account budgets of its own. */
  readonly records: RecordStore

  /**
   * Be told what has changed, by any process, so that nothing stale is served from memory. A store that may have missed
   * something tells of everything (`undefined`). It is a hint and no promise: whoever keeps a copy also bounds its age.
   *
   * @returns ends the watch.
   */
  watch(listener: (changed: Changed | undefined) => void): () => void

  close(): Promise<void>
}

/** `read_only`: this directory, or the part of it that holds the key, belongs to a config file and is changed there. */
export type CreateKeyResult = { readonly status: 'created' | 'exists' | 'read_only' }

/** `conflict`: it is at another revision than the one that was asked for, revoked or not. */
export type RevokeKeyResult = {
  readonly status: 'revoked' | 'repeat' | 'unknown' | 'read_only' | 'conflict'
}

/** What has changed: a key by each lookup handle it has or had, or a record. */
export type Changed =
  | { readonly kind: 'key'; readonly id: string; readonly lookups: readonly string[] }
  | { readonly kind: RecordKind; readonly org: string; readonly id: string }

/** `null` takes a field away. */
export type KeyChange = AtRevision & {
  readonly [Field in 'team' | 'project' | 'user' | 'tier' | 'label' | 'tags' | 'scopes' | 'expiresAtMs']?:
    | KeyRecord[Field]
    | null
}

export interface AtRevision {
  /** Only when the key is at this revision. */
  readonly ifRevision?: number
}

export interface NewSecret extends AtRevision {
  readonly lookup: string
  readonly hash: Uint8Array
  readonly graceUntilMs: number
}

/**
 * `taken`: another key has that secret's lookup handle. `revoked`: it has been, for good. `conflict`: it is at another
 * revision than the one that was asked for.
 */
export type ChangeKeyResult =
  | { readonly status: 'changed'; readonly key: KeySummary }
  | { readonly status: 'unknown' | 'read_only' | 'revoked' | 'taken' | 'conflict' }

export interface KeyPage {
  /** Only keys whose id sorts after this one: the last id of the page before. */
  readonly after?: string
  /** Keys on a page, 1 to 1000. */
  readonly limit?: number
}

/** Entries of a page unless another number is asked for, and the most there can be. */
const PAGE_LIMIT = 1000

/** The page as asked for, with its defaults. @throws RangeError when the limit is not a number from 1 to 1000. */
export function keyPage({ after = '', limit }: KeyPage = {}): Required<KeyPage> {
  return { after, limit: pageLimit(limit) }
}

/** @throws RangeError when it is not a number from 1 to 1000. */
export function pageLimit(limit: number = PAGE_LIMIT): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= PAGE_LIMIT) return limit
  throw new RangeError(`a page has 1 to ${PAGE_LIMIT} entries, not ${limit}`)
}
