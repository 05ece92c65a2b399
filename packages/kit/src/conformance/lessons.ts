import type { LessonStore } from '../cache/semantic/lessons/lesson-store.ts'
import type { Clock } from '../core/clock.ts'
import { HEARING } from './lessons/hearing.ts'
import { SAVING } from './lessons/saving.ts'

export interface LessonStoreOptions {
  readonly clock: Clock
  /** Batches of a log that must be kept; a few more do not matter. */
  readonly maxBatches: number
}

/** One store, which several processes could open; a store in memory is opened once, and given to all. */
export interface LessonsUnderTest {
  open(options: LessonStoreOptions): LessonStore | Promise<LessonStore>
  remove(): void | Promise<void>
}

export interface LessonConformanceOptions {
  /** The test runner's own: `test` of vitest, Jest or node:test. */
  readonly test: (name: string, body: () => Promise<void>) => void
  /** Makes an empty store; the suite asks for one per test. */
  readonly store: () => LessonsUnderTest | Promise<LessonsUnderTest>
}

const START_MS = Date.UTC(2026, 10, 21)
/** Enough for all cases but those that fill a log. */
const MAX_BATCHES = 300

/**
 * Hold a store of what a semantic cache learns to its interface: one order for all, gaps that are told, and what is saved up
 * to a place of the log.
 *
 * @example
 * lessonConformance({ test, store: () => ({ open: (options) => myLessons(url, options), remove: () => wipe(url) }) })
 */
export function lessonConformance({ test, store }: LessonConformanceOptions): void {
  for (const [name, check] of Object.entries({ ...HEARING, ...SAVING })) {
    test(`lessons: ${name}`, async () => {
      const opened: LessonStore[] = []
      const made = await store()
      const clock = { nowMs: START_MS }
      const reopen = async () => {
        const one = await made.open({ clock: { now: () => clock.nowMs }, maxBatches: MAX_BATCHES })
        opened.push(one)
        return one
      }
      try {
        await check({ here: await reopen(), there: await reopen(), reopen, clock })
      } finally {
        for (const one of new Set(opened)) await one.close()
        await made.remove()
      }
    })
  }
}
