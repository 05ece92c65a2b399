import type { Clock } from '../../../core/clock.ts'
import type { Memory } from '../learnt.ts'
import { BEGINNING, type LessonStore, type Place } from './lesson-store.ts'
import { entryRow, groupRow, type Remembered, readRow, tellersRow } from './saved-rows.ts'

/** What lessons have come to, saved now and then, so that nobody has to hear all of the log. */
export interface Saving {
  /** What was saved last, and the place in the log up to where it goes. */
  load(): Promise<{ readonly place: Place; readonly found: readonly Remembered[] }>
  /** Whether it was saved so long ago that it should be now. */
  readonly isDue: boolean
  /** Save what has changed, up to a place in the log. What is not taken is saved next time. */
  save(place: Place, tellers: ReadonlyMap<string, number>): Promise<void>
  /** Save all groups as soon as may be, though nothing has changed them. */
  saveAgain(): void
}

/** How often what is known is saved, ms: so much of the log is read again at a start. */
const SAVE_MS = 10_000
/** How long a group is remembered that learns nothing, ms. */
const REMEMBERED_MS = 30 * 86_400_000

export interface SavingOptions {
  readonly store: LessonStore
  readonly book: string
  readonly memory: Memory
  readonly clock: Clock
}

export function saving({ store, book, memory, clock }: SavingOptions): Saving {
  const { changed } = memory
  let savedMs = clock.now()
  return {
    async load() {
      for (;;) {
        const { place, rows } = await store.load(book)
        const found: Remembered[] = []
        for await (const some of rows) found.push(...some.flatMap((row) => readRow(row) ?? []))
        // Read until it has not changed meanwhile: no row may know more than the place that they are said to be of.
        if ((await store.load(book)).place === place) return { place, found }
      }
    },
    get isDue() {
      return clock.now() - savedMs >= SAVE_MS
    },
    async save(place, tellers) {
      if (place === BEGINNING || changed.groups.size + changed.entries.size === 0) return
      savedMs = clock.now()
      const untilMs = savedMs + REMEMBERED_MS
      const [groups, entries] = [[...changed.groups], [...changed.entries]]
      const rows = [
        ...groups.map(([, named]) => groupRow(named, untilMs)),
        ...entries.map(entryRow),
        tellersRow(tellers, untilMs),
      ]
      changed.groups.clear()
      changed.entries.clear()
      let isSaved = false
      try {
        isSaved = await store.save(book, { place, rows })
      } finally {
        if (!isSaved) {
          for (const [key, named] of groups) if (!changed.groups.has(key)) changed.groups.set(key, named)
          for (const learnt of entries) if (memory.known(learnt.id) === learnt) changed.entries.add(learnt)
        }
      }
    },
    saveAgain() {
      for (const named of memory.groups()) memory.touch(named)
      savedMs = Number.NEGATIVE_INFINITY
    },
  }
}
