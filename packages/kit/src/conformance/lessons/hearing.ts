import assert from 'node:assert/strict'
import type { Lesson, LessonBatch } from '../../cache/semantic/lessons/lesson.ts'
import { BEGINNING, type LessonStore, type Place } from '../../cache/semantic/lessons/lesson-store.ts'
import { BOOK, type LessonBench } from './bench.ts'

let numbers = 0

export function batchOf(by: string): LessonBatch {
  numbers += 1
  const lesson: Lesson = {
    org: 'acme',
    accounts: ['org:acme', 'project:{faq}'],
    model: 'gpt-4o-mini',
    id: 'share.id',
    version: 'v1',
    partition: 'share.part e/1',
    expiresAtMs: 1_800_000_000_000,
    similarity: 0.912_345,
    isAudit: true,
    vouches: false,
    atMs: 1_700_000_000_000,
    judgement: 'same',
  }
  return { by, number: numbers, lessons: [lesson, { ...lesson, id: 'ü “2”\n', judgement: 'different' }] }
}

/** All that comes after a place. */
export async function heardAll(store: LessonStore, after: Place = BEGINNING, book: string = BOOK) {
  const batches: LessonBatch[] = []
  let isGap = false
  for (let place = after; ; ) {
    const heard = await store.hear(book, place)
    batches.push(...heard.batches)
    isGap ||= heard.isGap
    if (heard.place === place) return { batches, place, isGap }
    place = heard.place
  }
}

export const HEARING: Record<string, (bench: LessonBench) => Promise<void>> = {
  async 'are none at first'({ here }) {
    assert.deepEqual(await heardAll(here), { batches: [], place: BEGINNING, isGap: false })
  },

  async 'are heard by all, in one order, as they were told'({ here, there }) {
    const batches = ['a', 'b', 'a', 'c'].map(batchOf)
    for (const [at, batch] of batches.entries()) await (at % 2 ? here : there).tell(BOOK, batch)
    assert.deepEqual((await heardAll(here)).batches, batches)
    assert.deepEqual(await heardAll(there), await heardAll(here))
  },

  async 'are heard from a place on'({ here, there }) {
    await here.tell(BOOK, batchOf('a'))
    const { place } = await heardAll(there)
    const next = batchOf('a')
    await here.tell(BOOK, next)
    const heard = await heardAll(there, place)
    assert.deepEqual(heard.batches, [next])
    assert.deepEqual(await heardAll(there, heard.place), { batches: [], place: heard.place, isGap: false })
  },

  async 'of many there are all, some at a time'({ here, there }) {
    const batches = Array.from({ length: 200 }, () => batchOf('a'))
    for (const batch of batches) await here.tell(BOOK, batch)
    assert.deepEqual((await heardAll(there)).batches, batches)
  },

  async 'of one book are not those of another'({ here, there }) {
    await here.tell(BOOK, batchOf('a'))
    const { place } = await heardAll(there)
    await here.tell('another', batchOf('a'))
    assert.deepEqual(await heardAll(there, place), { batches: [], place, isGap: false })
    assert.equal((await heardAll(there, BEGINNING, 'another')).batches.length, 1)
  },

  async 'that had to go are missed, which is told, and what is left is heard from its beginning'({
    here,
    there,
  }) {
    await here.tell(BOOK, batchOf('a'))
    const { place } = await heardAll(there)
    const batches = Array.from({ length: 600 }, () => batchOf('b'))
    for (const batch of batches) await here.tell(BOOK, batch)
    const heard = await heardAll(there, place)
    assert.equal(heard.isGap, true)
    assert.ok(heard.batches.length >= 300 && heard.batches.length < 600)
    assert.deepEqual(heard.batches, batches.slice(-heard.batches.length))
    assert.equal((await heardAll(there, heard.place)).isGap, false)
  },

  async 'after a place that is in no log are a gap, which is told once'({ here, there }) {
    await here.tell('another', batchOf('a'))
    const { place: elsewhere } = await heardAll(here, BEGINNING, 'another')
    const heard = await there.hear(BOOK, elsewhere)
    assert.deepEqual(heard, { batches: [], place: BEGINNING, isGap: true })
    const batch = batchOf('a')
    await here.tell(BOOK, batch)
    assert.deepEqual((await heardAll(there, heard.place)).batches, [batch])
  },

  async 'remain when all handles were closed'({ here, there, reopen }) {
    const batch = batchOf('a')
    await here.tell(BOOK, batch)
    const { place } = await heardAll(here)
    await Promise.all([here.close(), there.close()])
    const again = await reopen()
    assert.deepEqual((await heardAll(again)).batches, [batch])
    assert.deepEqual(await heardAll(again, place), { batches: [], place, isGap: false })
  },
}
