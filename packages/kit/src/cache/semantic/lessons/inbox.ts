import { LRUCache } from 'lru-cache'
import type { Memory } from '../learnt.ts'
import type { LessonBatch } from './lesson.ts'
import { type Remembered, remember, tellersIn } from './saved-rows.ts'

/** What comes to this process's memory: each batch once, whoever tells it how often. */
export interface Inbox {
  take(batch: LessonBatch): void
  /** Go on from what was saved. */
  begin(found: readonly Remembered[]): void
  /** Whether what was saved has batches in it that nobody has told here. */
  isBehind(found: readonly Remembered[]): boolean
  /** Forget everything. */
  clear(): void
  /** The last batch of each process that was learnt. */
  tellers(): ReadonlyMap<string, number>
}

/** Processes whose batches are told apart. */
const MOST_TELLERS = 1_000

export function inbox(memory: Memory): Inbox {
  const heard = new LRUCache<string, number>({ max: MOST_TELLERS })
  const isNew = (by: string, number: number) => number > (heard.get(by) ?? 0)
  return {
    take({ by, number, lessons }) {
      if (!isNew(by, number)) return
      heard.set(by, number)
      for (const lesson of lessons) memory.take(lesson)
    },
    begin(found) {
      remember(memory, found)
      for (const [by, number] of tellersIn(found)) heard.set(by, number)
    },
    isBehind: (found) => tellersIn(found).some(([by, number]) => isNew(by, number)),
    clear() {
      memory.clear()
      heard.clear()
    },
    tellers: () => new Map([...heard.rentries()] as [string, number][]),
  }
}
