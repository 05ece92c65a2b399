import { uuidv7 } from '../../../core/ids.ts'
import type { Lesson, LessonBatch } from './lesson.ts'
import type { LessonStore } from './lesson-store.ts'

/** What this process has to tell, in batches that have its name and a number each. */
export interface Outbox {
  add(lesson: Lesson): void
  /** Add a batch with nothing in it: what is saved is saved up to a place in the log, and there has to be one. */
  addEmpty(): void
  /** Tell what there is, the oldest first. @throws what the store does: the rest is told next time. */
  tell(): Promise<void>
  /** What the store has not taken yet. */
  untold(): readonly LessonBatch[]
  /** What has not been given back since it was told, in the order of its numbers; those that were told are given once. */
  unheard(): readonly LessonBatch[]
}

/** Some thirty kilobytes: a log is bounded by its batches, and on Redis it is the ledger's memory that it takes. */
const LESSONS_PER_BATCH = 64
/** Batches that wait for a store which is away; the oldest are not told to anybody else when there are more. */
const MOST_UNTOLD = 1_000

export function outbox(store: Pick<LessonStore, 'tell'>, book: string): Outbox {
  const by = uuidv7()
  let number = 0
  let fresh: Lesson[] = []
  let untold: LessonBatch[] = []
  let told: LessonBatch[] = []

  function batch(lessons: readonly Lesson[]): void {
    number += 1
    untold.push({ by, number, lessons })
  }

  function batchFresh(): void {
    for (let at = 0; at < fresh.length; at += LESSONS_PER_BATCH)
      batch(fresh.slice(at, at + LESSONS_PER_BATCH))
    fresh = []
  }

  return {
    add: (lesson) => void fresh.push(lesson),
    addEmpty: () => batch([]),
    async tell() {
      batchFresh()
      for (let first = untold[0]; first; first = untold[0]) {
        await store.tell(book, first)
        untold.shift()
        told.push(first)
      }
    },
    untold: () => untold,
    unheard() {
      const unheard = [...told, ...untold]
      told = []
      untold = untold.slice(-MOST_UNTOLD)
      return unheard
    },
  }
}
