import type { Clock } from '../../../core/clock.ts'
import type { Timers } from '../../../core/timers.ts'
import { warnSometimes } from '../../warn-sometimes.ts'
import type { Memory } from '../learnt.ts'
import { inbox } from './inbox.ts'
import type { Lesson } from './lesson.ts'
import type { Heard, LessonStore, Place } from './lesson-store.ts'
import { outbox } from './outbox.ts'
import { saving } from './saving.ts'

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

/**
 * Lessons through a store. Every process learns all of them from its log, its own among them, and so in one order: what all
 * of them know is the same, and an alarm is everybody's. A batch that could not be told is learnt here at once, since a process
 * must not forget what it has itself found to be wrong, and told again under its number until it is; whoever has learnt
 * that number passes it by. So each is learnt once, whatever is repeated.
 */
export function shared({ timers, ...parts }: SharingOptions): Sharing {
  const shared = turns(parts)
  let turning: Promise<void> = Promise.resolve()
  let timer: unknown
  let isClosed = false

  function turn(isLast = false): Promise<void> {
    turning = turning.then(() => shared.take(isLast))
    return turning
  }
  function schedule(): void {
    timer = timers.setTimeout(() => void turn().then(() => isClosed || schedule()), TURN_MS)
  }

  void turn()
  schedule()
  return {
    get isReady() {
      return shared.isReady
    },
    // Told within a second; and before it is ready nobody compares anything that could teach it.
    learn: shared.learn,
    turn: () => turn(),
    async close() {
      isClosed = true
      timers.clearTimeout(timer)
      await turn(true)
      await parts.store.close()
    },
  }
}

interface Turns extends Pick<Sharing, 'isReady' | 'learn'> {
  /** Tell and hear, and save where that is due, or this is the last one. One after the other. Never fails. */
  take(isLast: boolean): Promise<void>
}

function turns({
  store,
  book,
  memory,
  clock,
  onFault = warnSometimes('What the semantic cache learns is not shared'),
}: Omit<SharingOptions, 'timers'>): Turns {
  const out = outbox(store, book)
  const incoming = inbox(memory)
  const saved = saving({ store, book, memory, clock })
  let place: Place | undefined
  let isReady = false

  async function begun(): Promise<Place> {
    const { place, found } = await saved.load()
    incoming.begin(found)
    return place
  }

  async function hear(from: Place): Promise<void> {
    const heard = await store.hear(book, from)
    if (heard.isGap) await makeGood(heard)
    for (const one of heard.batches) incoming.take(one)
    place = heard.place
    if (heard.place !== from) await hear(heard.place)
  }

  /**
   * Some of the log is gone. Where that was saved by somebody, this process goes on as one that starts does, from there, and
   * learns once more what it has not told yet. Where what is saved knows nothing that is not known here, the store has lost
   * it: it is saved again, so that nobody who starts forgets what was switched off.
   */
  async function makeGood({ batches }: Heard): Promise<void> {
    const { found } = await saved.load()
    if (incoming.isBehind(found)) {
      isReady = false
      incoming.clear()
      incoming.begin(found)
      for (const one of out.untold()) incoming.take(one)
      return
    }
    saved.saveAgain()
    if (batches.length === 0 && memory.groups().length > 0) out.addEmpty()
  }

  async function tellAndHear(from: Place): Promise<void> {
    // A store that takes nothing may still have what others have told: that something is switched off.
    const failed = await out.tell().then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    await hear(from)
    isReady = true
    if (failed) throw failed.error
  }

  /**
   * What has not come back from the log is learnt all the same, in the order of its numbers: who learnt a later one first would
   * pass by those before it.
   */
  function takeOwn(): void {
    for (const one of out.unheard()) incoming.take(one)
  }

  return {
    get isReady() {
      return isReady
    },
    learn: out.add,
    async take(isLast) {
      try {
        place ??= await begun()
        await tellAndHear(place).finally(takeOwn)
        if (isLast || saved.isDue) await saved.save(place, incoming.tellers())
      } catch (error) {
        onFault(error)
      }
    },
  }
}
