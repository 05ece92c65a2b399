import { type Clock, systemClock } from '../../core/clock.ts'
import type { LessonBatch } from '../semantic/lessons/lesson.ts'
import { BEGINNING, type LessonStore, type Saved, type SavedRow } from '../semantic/lessons/lesson-store.ts'

export interface MemoryLessonsOptions {
  readonly clock?: Clock
  /** Batches of a log that are kept. */
  readonly maxBatches?: number
}

const PAGE = 256

interface Book {
  readonly log: LessonBatch[]
  /** How many batches have gone from its beginning. */
  gone: number
  place: number
  readonly rows: Map<string, SavedRow>
}

/** Lessons in this process's memory, which go with it: for tests, in which several tiers stand for a fleet. */
export function memoryLessons({
  clock = systemClock,
  maxBatches = 10_000,
}: MemoryLessonsOptions = {}): LessonStore {
  const books = new Map<string, Book>()
  const bookOf = (name: string): Book => {
    const known = books.get(name)
    if (known) return known
    const made: Book = { log: [], gone: 0, place: 0, rows: new Map() }
    books.set(name, made)
    return made
  }
  return {
    async tell(name, batch) {
      const book = bookOf(name)
      book.log.push(structuredClone(batch))
      if (book.log.length <= maxBatches) return
      book.log.shift()
      book.gone += 1
    },
    async hear(name, after) {
      const { log, gone } = bookOf(name)
      const isGap = after !== BEGINNING && !(Number(after) > gone && Number(after) <= gone + log.length)
      const from = after === BEGINNING || isGap ? gone : Number(after)
      const batches = structuredClone(log.slice(from - gone))
      const place = from + batches.length
      return { batches, place: place === 0 ? BEGINNING : String(place), isGap }
    },
    async load(name) {
      const { place, rows } = bookOf(name)
      const alive = [...rows.values()].filter(({ expiresAtMs }) => expiresAtMs > clock.now())
      return { place: place === 0 ? BEGINNING : String(place), rows: pagesOf(alive) }
    },
    async save(name, { place, rows }: Saved) {
      const book = bookOf(name)
      if (Number(place) < book.place) return false
      book.place = Number(place)
      for (const row of rows) book.rows.set(row.key, row)
      return true
    },
    async close() {},
  }
}

async function* pagesOf(rows: readonly SavedRow[]): AsyncIterable<readonly SavedRow[]> {
  for (let at = 0; at < rows.length; at += PAGE) yield rows.slice(at, at + PAGE)
}
