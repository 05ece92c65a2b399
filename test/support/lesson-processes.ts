import { memoryLessons } from '../../packages/kit/src/cache/memory/memory-lessons.ts'
import { type Memory, memoryOf } from '../../packages/kit/src/cache/semantic/learnt.ts'
import type { Lesson } from '../../packages/kit/src/cache/semantic/lessons/lesson.ts'
import type { LessonStore } from '../../packages/kit/src/cache/semantic/lessons/lesson-store.ts'
import {
  type Sharing,
  type SharingOptions,
  shared,
} from '../../packages/kit/src/cache/semantic/lessons/sharing.ts'
import type { Timers } from '../../packages/kit/src/core/timers.ts'

const START_MS = Date.UTC(2026, 10, 21)
export const HOUR_MS = 3_600_000
export const DELTA = 0.02
/** Turns are taken by hand. */
const STILL: Timers = { setTimeout: () => undefined, clearTimeout: () => {} }
export const GROUP = { org: 'acme', accounts: ['org:acme', 'project:faq'], model: 'm' } as const

/** Time passes when a test says so. */
export const CLOCK = { nowMs: START_MS, now: (): number => CLOCK.nowMs }
export const emptyStore = (maxBatches?: number) =>
  memoryLessons({ clock: CLOCK, ...(maxBatches !== undefined && { maxBatches }) })

export function lesson(more: Partial<Lesson> = {}): Lesson {
  return {
    ...GROUP,
    id: 'share.a',
    version: 'v1',
    partition: 'p',
    similarity: 0.95,
    judgement: 'same',
    isAudit: false,
    vouches: false,
    expiresAtMs: START_MS + HOUR_MS,
    atMs: CLOCK.nowMs,
    ...more,
  }
}

export interface Process extends Sharing {
  readonly memory: Memory
  readonly faults: unknown[]
}

/** A process that has begun. */
export async function started(store: LessonStore, options: Partial<SharingOptions> = {}): Promise<Process> {
  const memory = memoryOf(DELTA)
  const faults: unknown[] = []
  const sharing = shared({
    store,
    memory,
    book: 'book',
    clock: CLOCK,
    timers: STILL,
    onFault: (fault) => void faults.push(fault),
    ...options,
  })
  await sharing.turn()
  return Object.assign(Object.create(sharing) as Sharing, { memory, faults })
}

export async function learnAll(process: Process, lessons: readonly Lesson[]): Promise<void> {
  for (const one of lessons) process.learn(one)
  await process.turn()
}

export const stateOf = ({ memory }: Process) => memory.group(GROUP).group.state()
export const certificateOf = ({ memory }: Process) => memory.group(GROUP).group.certificate(CLOCK.nowMs)
export const wrongAudits = (count: number) =>
  Array.from({ length: count }, (_, at) => lesson({ isAudit: true, judgement: 'different', id: `s.${at}` }))
export const chanceOf = ({ memory }: Process, id = 'share.a') => {
  const learnt = memory.known(id)
  return learnt?.in.group.decide(learnt.belief, 0.95, { nowMs: CLOCK.nowMs })
}

/** The store, which does as its faults say. */
export function faulty(store: LessonStore) {
  const faults = { tell: 'none' as 'none' | 'before' | 'after', load: false, hear: false }
  const broken: LessonStore = {
    ...store,
    async tell(book, batch) {
      if (faults.tell === 'before') throw new Error('away')
      await store.tell(book, batch)
      if (faults.tell === 'after') throw new Error('the answer was lost')
    },
    hear: (...asked) => (faults.hear ? Promise.reject(new Error('away')) : store.hear(...asked)),
    load: (book) => (faults.load ? Promise.reject(new Error('away')) : store.load(book)),
  }
  return { faults, broken }
}
