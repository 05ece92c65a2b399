import type { LessonBatch } from './lesson.ts'

/**
 * Where what is learnt outlives a process, and where the processes of a fleet tell it to each other: a log of lessons, in one
 * order for all; and what they have come to up to some place of it, saved now and then, from which a process begins. Whatever
 * is lost of it was learnt in vain, and nothing else rests on it.
 *
 * A *book* is the name of everything that lessons depend on (their layout, the embedder, the rate that is allowed). What one
 * book has is of no other's concern.
 */
export interface LessonStore {
  /** Add a batch to the end of a book's log. @throws when it is not known to be there: it may be, and is told again. */
  tell(book: string, batch: LessonBatch): Promise<void>
  /** What was told after a place in the log, in its order; some at a time. */
  hear(book: string, after: Place): Promise<Heard>
  /** What was saved last; at the log's beginning, with nothing in it, where nothing was. */
  load(book: string): Promise<Loaded>
  /**
   * Save rows in the place of those of the same keys, all or none of them. False, and nothing is changed, where somebody has
   * saved what comes after.
   */
  save(book: string, saved: Saved): Promise<boolean>
  close(): Promise<void>
}

/** A place in a log; opaque, and empty before its first batch. */
export type Place = string

export const BEGINNING: Place = ''

export interface Heard {
  readonly batches: readonly LessonBatch[]
  /** The last one's; where there was none the one that was asked about, or the log's beginning if that is not in it. */
  readonly place: Place
  /** The place asked about is not in the log any more: some after it may be gone, and those given begin at its beginning. */
  readonly isGap: boolean
}

/** A text by its key, until it is not needed any more. */
export interface SavedRow {
  readonly key: string
  readonly text: string
  readonly expiresAtMs: number
}

export interface Saved {
  /** The rows have everything in them that was told up to here. */
  readonly place: Place
  readonly rows: readonly SavedRow[]
}

export interface Loaded {
  readonly place: Place
  /** Those that have not expired, some at a time. Somebody may save while they are read: another `load` has another place then. */
  readonly rows: AsyncIterable<readonly SavedRow[]>
}
