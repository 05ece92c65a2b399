import type { LessonStore } from '../../cache/semantic/lessons/lesson-store.ts'

/** What a case is given. */
export interface LessonBench {
  /** Two handles on one empty store, as two processes would have. */
  readonly here: LessonStore
  readonly there: LessonStore
  readonly reopen: () => Promise<LessonStore>
  readonly clock: { nowMs: number }
}

export const BOOK = '[1,"an embedder “of” ours",0.02]'
