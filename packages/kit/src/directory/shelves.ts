import type { Changed, KeyPage } from './directory.ts'
import type { KeyRecord, KeySummary } from './key-record.ts'
import type { Change, ChangePage, Kept, RecordPage } from './record-store.ts'
import type { RecordKind } from './records.ts'

/**
 * What a store has to be able to do, so that {@link directoryOn} can make a directory of it: keep documents, compare and
 * set them, and keep the history of each change in the same step. What may be changed by whom is decided above it.
 */
export interface Shelves {
  /** The key that has this handle, or had it before it was last given another secret. */
  keyAt(lookup: string): Answer<KeyRecord | undefined>
  keyNamed(id: string): Answer<KeyRecord | undefined>
  /** By id, ascending. */
  keys(page: Required<KeyPage>): Answer<readonly KeySummary[]>
  /** `taken`: its id, or a handle of it, is another key's. */
  swapKey(swap: Swap<KeyRecord>): Answer<'done' | 'moved' | 'taken'>

  record(kind: RecordKind, org: string, id: string): Answer<Kept | undefined>
  /** By the bytes of their ids in UTF-8, ascending. */
  records(kind: RecordKind, org: string, page: Required<RecordPage>): Answer<readonly Kept[]>
  /** The revision at which the record of this id was taken away; 0 when there has been none, or there is one. */
  goneAt(kind: RecordKind, org: string, id: string): Answer<number>
  swapRecord(swap: SwapRecord): Answer<'done' | 'moved'>

  /** The newest first. */
  changes(org: string, page: Required<ChangePage>): Answer<readonly Change[]>

  /** Tell of what other processes change, from now on; those of this one need not be told. @returns ends it. */
  watch(tell: (changed: Changed | undefined) => void): () => void
  close(): Answer<void>
}

/** At once where the store can. */
export type Answer<T> = T | Promise<T>

/**
 * Put `after` in the place of `before`, and the change into the history of its org: both or nothing. `moved`: it is not at
 * the revision of `before` any more, or there is one though `before` is undefined.
 */
export interface Swap<T> {
  readonly before: T | undefined
  readonly after: T | undefined
  /** Its place in the history is the store's to give. */
  readonly change: Omit<Change, 'sequence'>
}

export interface SwapRecord extends Swap<Kept> {
  /** Of what is there from now on, or is gone: one more than that which it must be at, or gone at. */
  readonly revision: number
}
