import { LRUCache } from 'lru-cache'
import type { Clock } from '../../../core/clock.ts'
import { uuidv7 } from '../../../core/ids.ts'
import type { Timers } from '../../../core/timers.ts'
import { warnSometimes } from '../../warn-sometimes.ts'
import type { Memory } from '../learnt.ts'
import type { Lesson, LessonBatch } from './lesson.ts'
import { BEGINNING, type Heard, type LessonStore, type Place } from './lesson-store.ts'
import {
  entryRow,
  groupRow,
  type Remembered,
  readRow,
  remember,
  tellersIn,
  tellersRow,
} from './saved-rows.ts'

/** How lessons come to what is known here, and to whoever else there is. */
export interface Sharing {
  /** Whether what was known before is known here. Nothing may be served until then: it may have been switched off. */
  readonly isReady: boolean
  learn(lesson: Lesson): void
  /** Tell and hear what there is now. Never fails: what could not be told is told next time. */
  turn(): Promise<void>
  close(): Promise<void>
}

/** Of one process alone, which ends with it. */
export function unshared(memory: Memory): Sharing {
  return {
    isReady: true,
    learn(lesson) {
      memory.take(lesson)
      // Nobody saves them.
      memory.changed.groups.clear()
      memory.changed.entries.clear()
    },
    turn: async () => {},
    close: async () => {},
  }
}

export interface SharingOptions {
  readonly store: LessonStore
  readonly book: string
  readonly memory: Memory
  readonly clock: Clock
  readonly timers: Timers
  readonly onFault?: (error: unknown) => void
}

/** How often a process tells and hears, ms: so long a switch-off takes to be in force everywhere. */
const TURN_MS = 1_000
/** How often what is known is saved, ms: so much of the log is read again at a start. */
const SAVE_MS = 10_000
const NEVER = Number.NEGATIVE_INFINITY
/** Some thirty kilobytes: a log is bounded by its batches, and on Redis it is the ledger's memory that it takes. */
const LESSONS_PER_BATCH = 64
/** Batches that wait for a store which is away; the oldest are not told to anybody else when there are more. */
const MOST_UNTOLD = 1_000
/** Processes whose batches are told apart. */
const MOST_TELLERS = 1_000
/** How long a group is remembered that learns nothing, ms. */
const REMEMBERED_MS = 30 * 86_400_000

/**
 * Lessons through a store. Every process learns all of them from its log, its own among them, and so in one order: what all
 * of them know is the same, and an alarm is everybody's. A batch that could not be told is learnt here at once, since a process
 * must not forget what it has itself found to be wrong, and told again under its number until it is; whoever has learnt
 * that number passes it by. So each is learnt once, whatever is repeated.
 */
export function shared({
  store,
  book,
  memory,
  clock,
  timers,
  onFault = warnSometimes('What the semantic cache learns is not shared'),
}: SharingOptions): Sharing {
  const by = uuidv7()
  const told = new LRUCache<string, number>({ max: MOST_TELLERS })
  let fresh: Lesson[] = []
  let untold: LessonBatch[] = []
  let unheard: LessonBatch[] = []
  let number = 0
  let place: Place | undefined
  let isReady = false
  let savedMs = clock.now()
  let timer: unknown
  let isClosed = false
  let turning: Promise<void> | undefined

  function take({ by, number, lessons }: LessonBatch): void {
    if (number <= (told.get(by) ?? 0)) return
    told.set(by, number)
    for (const lesson of lessons) memory.take(lesson)
  }

  function batch(): void {
    for (let at = 0; at < fresh.length; at += LESSONS_PER_BATCH) {
      number += 1
      untold.push({ by, number, lessons: fresh.slice(at, at + LESSONS_PER_BATCH) })
    }
    fresh = []
  }

  async function tell(): Promise<void> {
    batch()
    for (let first = untold[0]; first; first = untold[0]) {
      await store.tell(book, first)
      untold.shift()
      unheard.push(first)
    }
  }

  /**
   * What has not come back from the log is learnt all the same, in the order of its numbers: who learnt a later one first would
   * pass by those before it.
   */
  function takeOwn(): void {
    for (const one of [...unheard, ...untold]) take(one)
    unheard = []
    untold = untold.slice(-MOST_UNTOLD)
  }

  async function hear(from: Place): Promise<void> {
    const heard = await store.hear(book, from)
    if (heard.isGap) await makeGood(heard)
    for (const one of heard.batches) take(one)
    place = heard.place
    if (heard.place !== from) await hear(heard.place)
  }

  /** Read what was saved until it has not changed meanwhile: no row may know more than the place that they are said to be of. */
  async function saved(): Promise<{ readonly before: Place; readonly found: readonly Remembered[] }> {
    for (;;) {
      const { place: before, rows } = await store.load(book)
      const found: Remembered[] = []
      for await (const some of rows) found.push(...some.flatMap((row) => readRow(row) ?? []))
      if ((await store.load(book)).place === before) return { before, found }
    }
  }

  function begin(found: readonly Remembered[]): void {
    remember(memory, found)
    for (const [by, number] of tellersIn(found)) told.set(by, number)
  }

  /**
   * Some of the log is gone. Where that was saved by somebody, this process goes on as one that starts does, from there, and
   * learns once more what it has not told yet. Where what is saved knows nothing that is not known here, the store has lost
   * it: it is saved again, so that nobody who starts forgets what was switched off.
   */
  async function makeGood({ batches }: Heard): Promise<void> {
    const { found } = await saved()
    if (tellersIn(found).some(([by, number]) => number > (told.get(by) ?? 0))) {
      isReady = false
      memory.clear()
      told.clear()
      begin(found)
      for (const one of untold) take(one)
      return
    }
    for (const named of memory.groups()) memory.touch(named)
    savedMs = NEVER
    // What is saved is saved up to a place: there has to be one.
    if (batches.length > 0 || memory.groups().length === 0) return
    number += 1
    untold.push({ by, number, lessons: [] })
  }

  async function begun(): Promise<Place> {
    const { before, found } = await saved()
    begin(found)
    return before
  }

  async function save(): Promise<void> {
    const { groups, entries } = memory.changed
    if (place === undefined || place === BEGINNING || groups.size + entries.size === 0) return
    savedMs = clock.now()
    const [someGroups, someEntries] = [[...groups], [...entries]]
    const rows = [
      ...someGroups.map(([, named]) => groupRow(named, savedMs + REMEMBERED_MS)),
      ...someEntries.map(entryRow),
      tellersRow(new Map([...told.rentries()] as [string, number][]), savedMs + REMEMBERED_MS),
    ]
    groups.clear()
    entries.clear()
    let isSaved = false
    try {
      isSaved = await store.save(book, { place, rows })
    } finally {
      if (!isSaved) {
        for (const [key, named] of someGroups) if (!groups.has(key)) groups.set(key, named)
        for (const learnt of someEntries) if (memory.known(learnt.id) === learnt) entries.add(learnt)
      }
    }
  }

  async function tellAndHear(from: Place): Promise<void> {
    // A store that takes nothing may still have what others have told: that something is switched off.
    const failed = await tell().then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    await hear(from)
    isReady = true
    if (failed) throw failed.error
  }

  async function work(isLast: boolean): Promise<void> {
    try {
      place ??= await begun()
      await tellAndHear(place).finally(takeOwn)
      if (isLast || clock.now() - savedMs >= SAVE_MS) await save()
    } catch (error) {
      onFault(error)
    }
  }

  function turn(isLast = false): Promise<void> {
    const next = (turning ?? Promise.resolve()).then(() => work(isLast))
    turning = next
    return next
  }

  function schedule(): void {
    timer = timers.setTimeout(() => void turn().then(() => isClosed || schedule()), TURN_MS)
  }

  void turn()
  schedule()
  return {
    get isReady() {
      return isReady
    },
    // Told within a second; and before it is ready nobody compares anything that could teach it.
    learn: (lesson) => void fresh.push(lesson),
    turn: () => turn(),
    async close() {
      isClosed = true
      timers.clearTimeout(timer)
      await turn(true)
      await store.close()
    },
  }
}
