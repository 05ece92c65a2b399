import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Timers } from '../../../core/timers.ts'
import { memoryLessons } from '../../memory/memory-lessons.ts'
import { type Memory, memoryOf } from '../learnt.ts'
import type { Lesson } from './lesson.ts'
import type { LessonStore } from './lesson-store.ts'
import { type Sharing, type SharingOptions, shared } from './sharing.ts'

const START_MS = Date.UTC(2026, 10, 21)
const HOUR_MS = 3_600_000
const DELTA = 0.02
/** Turns are taken by hand. */
const STILL: Timers = { setTimeout: () => undefined, clearTimeout: () => {} }
const GROUP = { org: 'acme', accounts: ['org:acme', 'project:faq'], model: 'm' } as const

let nowMs = START_MS

const CLOCK = { now: () => nowMs }
const emptyStore = (maxBatches?: number) =>
  memoryLessons({ clock: CLOCK, ...(maxBatches !== undefined && { maxBatches }) })

function lesson(more: Partial<Lesson> = {}): Lesson {
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
    atMs: nowMs,
    ...more,
  }
}

interface Process extends Sharing {
  readonly memory: Memory
  readonly faults: unknown[]
}

/** A process that has begun. */
async function started(store: LessonStore, options: Partial<SharingOptions> = {}): Promise<Process> {
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

async function learnAll(process: Process, lessons: readonly Lesson[]): Promise<void> {
  for (const one of lessons) process.learn(one)
  await process.turn()
}

const stateOf = ({ memory }: Process) => memory.group(GROUP).group.state()
const certificateOf = ({ memory }: Process) => memory.group(GROUP).group.certificate(nowMs)
const wrongAudits = (count: number) =>
  Array.from({ length: count }, (_, at) => lesson({ isAudit: true, judgement: 'different', id: `s.${at}` }))
const chanceOf = ({ memory }: Process, id = 'share.a') => {
  const learnt = memory.known(id)
  return learnt?.in.group.decide(learnt.belief, 0.95, { nowMs })
}

/** The store, which does as its faults say. */
function faulty(store: LessonStore) {
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

describe('lessons of one process', () => {
  it('are known to all others after a turn of each', async () => {
    const store = emptyStore()
    const [here, there] = [await started(store), await started(store)]
    await learnAll(
      here,
      Array.from({ length: 60 }, (_, at) => lesson({ id: `share.${at % 5}`, vouches: at > 30 })),
    )
    await there.turn()
    expect(stateOf(there)).toEqual(stateOf(here))
    expect(stateOf(there).labels).toBe(60)
    expect(there.memory.known('share.1')).toMatchObject({ version: 'v1', vouchedFor: true })
    expect(chanceOf(there, 'share.1')).toEqual(chanceOf(here, 'share.1'))
  })

  it('switch off in all what they switch off in one, until the same moment', async () => {
    const store = emptyStore()
    const [here, there] = [await started(store), await started(store)]
    await learnAll(here, wrongAudits(40))
    await there.turn()
    expect(certificateOf(here)).toMatchObject({ standing: 'off' })
    expect(certificateOf(there)).toEqual(certificateOf(here))
  })

  it('count together: an alarm is of all that have seen a part of it', async () => {
    const store = emptyStore()
    const [here, there] = [await started(store), await started(store)]
    const [one, other] = wrongAudits(2)
    await learnAll(here, [one!])
    expect(certificateOf(here).aim).toBe(DELTA)
    await learnAll(there, [other!])
    await here.turn()
    for (const process of [here, there]) expect(certificateOf(process).aim).toBe(DELTA / 2)
  })

  it('of another answer in the same place begin anew', async () => {
    const store = emptyStore()
    const here = await started(store)
    await learnAll(here, [lesson({ vouches: true }), lesson({ version: 'v2' })])
    expect(here.memory.known('share.a')).toMatchObject({ version: 'v2', vouchedFor: false })
    expect(here.memory.known('share.a')!.belief.evidence).toMatchObject({ same: 1 })
  })

  it('that say nothing are counted: so many audits without a judgement, and all is asked', async () => {
    const store = emptyStore()
    const [here, there] = [await started(store), await started(store)]
    const unsure = () => lesson({ isAudit: true, judgement: 'unsure' })
    await learnAll(here, Array.from({ length: 10 }, unsure))
    await learnAll(there, Array.from({ length: 10 }, unsure))
    await here.turn()
    for (const { memory } of [here, there]) expect(memory.group(GROUP).group.auditRate()).toBe(1)
  })
})

describe('a process that starts', () => {
  it('begins with what was known when the last one ended', async () => {
    const store = emptyStore()
    const before = await started(store)
    await learnAll(before, [
      ...Array.from({ length: 120 }, (_, at) => lesson({ id: `share.${at % 9}` })),
      ...wrongAudits(2),
    ])
    const known = stateOf(before)
    await before.close()
    const after = await started(store)
    expect(stateOf(after)).toEqual(known)
    expect(chanceOf(after, 'share.3')).toEqual(chanceOf(before, 'share.3'))
  })

  it('begins with what was told after it was saved', async () => {
    const store = emptyStore()
    const first = await started(store)
    await learnAll(
      first,
      Array.from({ length: 60 }, () => lesson()),
    )
    nowMs += 10_000
    await first.turn()
    await learnAll(first, wrongAudits(40))
    const after = await started(store)
    expect(stateOf(after)).toEqual(stateOf(first))
    expect(certificateOf(after).standing).toBe('off')
  })

  it('is not ready while it cannot read what is known, and is once it can', async () => {
    const { broken, faults } = faulty(emptyStore())
    faults.load = true
    const here = await started(broken)
    expect(here.isReady).toBe(false)
    expect(here.faults.map(String)).toContain('Error: away')
    faults.load = false
    await here.turn()
    expect(here.isReady).toBe(true)
  })

  it('knows nothing of what another embedder or another rate has taught', async () => {
    const store = emptyStore()
    await learnAll(await started(store), wrongAudits(40))
    const other = await started(store, { book: 'another' })
    expect(stateOf(other)).toMatchObject({ labels: 0 })
  })

  it('passes over rows that it cannot read', async () => {
    const store = emptyStore()
    await learnAll(await started(store), [lesson()])
    const rows = [
      ...['', 'null', '[]', '{"of":"entry"', '"group"', '{"of":"tellers"}', '{"of":"tellers","numbers":[1]}'],
      ...['{"of":"group","group":{"accounts":[]}}', '{"of":"entry","group":{"accounts":[]}}'],
    ].map((text, at) => ({
      key: `odd ${at}`,
      text,
      expiresAtMs: nowMs + HOUR_MS,
    }))
    await store.save('book', { place: '1', rows })
    expect((await started(store)).isReady).toBe(true)
  })
})

describe('a store that fails', () => {
  it('takes nothing from the process that has learnt it, and the others learn it when it is back', async () => {
    const { broken, faults } = faulty(emptyStore())
    const [here, there] = [await started(broken), await started(broken)]
    faults.tell = 'before'
    await learnAll(here, wrongAudits(2))
    expect(certificateOf(here).aim).toBe(DELTA / 2)
    expect(certificateOf(there).aim).toBe(DELTA)
    faults.tell = 'none'
    await here.turn()
    await there.turn()
    for (const process of [here, there]) expect(stateOf(process).labels).toBe(2)
    expect(certificateOf(there).aim).toBe(DELTA / 2)
  })

  it('may have what it was told though it has not said so: it is learnt once by all', async () => {
    const { broken, faults } = faulty(emptyStore())
    const [here, there] = [await started(broken), await started(broken)]
    faults.tell = 'after'
    await learnAll(here, [lesson()])
    await there.turn()
    faults.tell = 'none'
    for (const process of [here, there, here, there]) await process.turn()
    for (const process of [here, there]) expect(stateOf(process).labels).toBe(1)
    await here.close()
    expect(stateOf(await started(broken)).labels).toBe(1)
  })

  it('that has lost some of its log leaves what it was told before, and what was saved', async () => {
    const store = emptyStore(3)
    const [here, asleep] = [await started(store), await started(store)]
    await learnAll(asleep, [lesson({ id: 'share.own' })])
    for (let at = 0; at < 6; at += 1) await learnAll(here, [lesson({ id: `share.${at}` })])
    await learnAll(here, wrongAudits(2))
    nowMs += 10_000
    await here.turn()
    for (let at = 0; at < 6; at += 1) await learnAll(here, [lesson({ id: `share.${at}`, atMs: nowMs })])
    await asleep.turn()
    expect(certificateOf(asleep).aim).toBe(DELTA / 2)
    expect(asleep.memory.known('share.own')).toBeDefined()
  })
})

describe('what the store has lost', () => {
  /** A store that can be emptied while processes live. */
  function losing(maxBatches?: number) {
    let inner = emptyStore(maxBatches)
    const store: LessonStore = {
      tell: (...told) => inner.tell(...told),
      hear: (...asked) => inner.hear(...asked),
      load: (book) => inner.load(book),
      save: (...saved) => inner.save(...saved),
      close: async () => {},
    }
    return {
      store,
      lose() {
        inner = emptyStore(maxBatches)
      },
    }
  }

  it('is saved again by those who know it: who starts then forgets nothing that was switched off', async () => {
    const { store, lose } = losing()
    const here = await started(store)
    await learnAll(here, wrongAudits(40))
    nowMs += 10_000
    await here.turn()
    lose()
    await here.turn()
    await here.turn()
    const after = await started(store)
    expect(certificateOf(after).standing).toBe('off')
    expect(stateOf(after)).toEqual(stateOf(here))
  })

  it('of its log alone makes nobody read all that was saved again at every turn', async () => {
    const { store, lose } = losing()
    const here = await started(store)
    await learnAll(here, [lesson()])
    lose()
    await here.turn()
    await here.turn()
    let loads = 0
    const { load } = store
    Object.assign(store, {
      load(book: string) {
        loads += 1
        return load(book)
      },
    })
    await here.turn()
    expect(loads).toBe(0)
  })
})

describe('a process that was away for longer than the log goes back', () => {
  it('knows what others have switched off meanwhile, though it has learnt since', async () => {
    const store = emptyStore(3)
    const { broken, faults } = faulty(store)
    const [here, away] = [await started(store), await started(broken)]
    await learnAll(here, [lesson()])
    await away.turn()
    await learnAll(here, wrongAudits(40))
    for (let at = 0; at < 6; at += 1) await learnAll(here, [lesson({ id: 'share.x' })])
    nowMs += 10_000
    await here.turn()
    nowMs += 1_000
    faults.tell = 'before'
    faults.hear = true
    await learnAll(away, [lesson({ id: 'share.own' })])
    faults.tell = 'none'
    faults.hear = false
    await away.turn()
    await here.turn()
    expect(certificateOf(away).standing).toBe('off')
    expect(stateOf(away).labels).toBe(stateOf(here).labels)
  })
})

it('a store that takes nothing more still says what others have switched off', async () => {
  const store = emptyStore()
  const { broken, faults } = faulty(store)
  const [here, mute] = [await started(store), await started(broken)]
  faults.tell = 'before'
  await learnAll(here, wrongAudits(40))
  await learnAll(mute, [lesson()])
  expect(certificateOf(mute).standing).toBe('off')
})

it('a batch after one that was told, and cannot be told itself, makes nobody forget the first', async () => {
  const store = emptyStore()
  let calls = 0
  const here = await started({
    ...store,
    async tell(...told) {
      calls += 1
      if (calls === 2) throw new Error('away')
      await store.tell(...told)
    },
  })
  const there = await started(store)
  await learnAll(
    here,
    Array.from({ length: 300 }, () => lesson()),
  )
  await here.turn()
  await there.turn()
  expect([here, there].map((process) => stateOf(process).labels)).toEqual([300, 300])
})

const AWAY = fc.constantFrom('none' as const, 'before' as const, 'after' as const)

it('whatever fails and whoever learns: each lesson is learnt once by all', async () => {
  const happening = fc.record({
    who: fc.integer({ min: 0, max: 2 }),
    what: fc.constantFrom('learn', 'learn', 'audit', 'turn', 'restart'),
    tell: AWAY,
    same: fc.boolean(),
    entry: fc.integer({ min: 0, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 60 }), async (happenings) => {
      const { broken, faults } = faulty(emptyStore())
      const fleet = await Promise.all([0, 1, 2].map(() => started(broken)))
      let taught = 0
      for (const { who, what, tell, same, entry } of happenings) {
        nowMs += 1_000
        faults.tell = what === 'restart' ? 'none' : tell
        if (what === 'restart') {
          await fleet[who]!.close()
          fleet[who] = await started(broken)
        } else if (what === 'turn') await fleet[who]!.turn()
        else {
          taught += 1
          const judgement = same ? 'same' : 'different'
          fleet[who]!.learn(lesson({ judgement, isAudit: what === 'audit', id: `share.${entry}` }))
        }
      }
      faults.tell = 'none'
      for (const process of [...fleet, ...fleet]) await process.turn()
      expect(fleet.map((process) => stateOf(process).labels)).toEqual([taught, taught, taught])
    }),
    { numRuns: 40 },
  )
})
