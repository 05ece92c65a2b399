import { describe, expect, it } from 'vitest'
import {
  CLOCK,
  certificateOf,
  DELTA,
  emptyStore,
  faulty,
  learnAll,
  lesson,
  started,
  stateOf,
  wrongAudits,
} from '../../../../../../test/support/lesson-processes.ts'
import type { LessonStore } from './lesson-store.ts'

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
    CLOCK.nowMs += 10_000
    await here.turn()
    for (let at = 0; at < 6; at += 1) await learnAll(here, [lesson({ id: `share.${at}`, atMs: CLOCK.nowMs })])
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
    CLOCK.nowMs += 10_000
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
    CLOCK.nowMs += 10_000
    await here.turn()
    CLOCK.nowMs += 1_000
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
