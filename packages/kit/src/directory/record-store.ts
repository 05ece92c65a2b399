import type { RecordKind, Records } from './records.ts'

/** A record with what the store knows of it. */
export interface Kept<Kind extends RecordKind = RecordKind> {
  readonly kind: Kind
  readonly org: string
  readonly id: string
  /**
   * 1 when it was first made, and one more with each change. Taking it away is one too: what is made anew under its id has no
   * revision that anybody has seen before.
   */
  readonly revision: number
  readonly value: Records[Kind]
  /** `config`: a file owns it, and only that file changes it. */
  readonly owner: Owner
  readonly changedAtMs: number
}

export type Owner = 'config' | 'directory'

/** Who changes something, and why: it is kept with what was before and after. */
export interface Actor {
  /** `admin`, `user:ada`, `key:ci`, `config`. */
  readonly by: string
  readonly owner?: Owner
  readonly reason?: string
}

export interface PutRecord<Kind extends RecordKind> {
  readonly kind: Kind
  readonly org: string
  readonly id: string
  readonly value: Records[Kind]
  /** Only when it is at this revision; 0: only when there is none. */
  readonly ifRevision?: number
}

/** `conflict`: it is at another revision than the one that was asked for. `read_only`: a config file owns it. */
export type PutResult<Kind extends RecordKind = RecordKind> =
  | { readonly status: 'created' | 'changed' | 'unchanged'; readonly kept: Kept<Kind> }
  | { readonly status: 'conflict' | 'read_only'; readonly kept: Kept<Kind> | undefined }

export interface RemoveRecord {
  readonly kind: RecordKind
  readonly org: string
  readonly id: string
  readonly ifRevision?: number
}

export type RemoveResult = { readonly status: 'removed' | 'unknown' | 'conflict' | 'read_only' }

export interface RecordPage {
  /** Only records whose id sorts after this one: the last id of the page before. */
  readonly after?: string
  /** Records on a page, 1 to 1000. */
  readonly limit?: number
}

/** A change as it is kept for ever: the proof of who gave what to whom. */
export interface Change {
  /** Counts up within an org, without a gap. */
  readonly sequence: number
  readonly org: string
  readonly kind: RecordKind | 'key'
  readonly id: string
  readonly atMs: number
  readonly actor: Actor
  /** Undefined when there was none, or is none any more. A key's has no hash. */
  readonly before: unknown
  readonly after: unknown
}

export interface ChangePage {
  /** Only changes before this sequence: the newest come first. */
  readonly before?: number
  readonly limit?: number
}

/** Records by kind, each change with its history in the same step. */
export interface RecordStore {
  get<Kind extends RecordKind>(
    kind: Kind,
    org: string,
    id: string,
  ): Kept<Kind> | undefined | Promise<Kept<Kind> | undefined>

  /** By id, ascending; one page at a time. */
  list<Kind extends RecordKind>(kind: Kind, org: string, page?: RecordPage): Promise<readonly Kept<Kind>[]>

  /** @throws RangeError when the record is malformed. */
  put<Kind extends RecordKind>(record: PutRecord<Kind>, actor: Actor): Promise<PutResult<Kind>>

  remove(record: RemoveRecord, actor: Actor): Promise<RemoveResult>

  changes(org: string, page?: ChangePage): Promise<readonly Change[]>
}
