import assert from 'node:assert/strict'
import { BEGINNING, type LessonStore, type SavedRow } from '../../cache/semantic/lessons/lesson-store.ts'
import { BOOK, type LessonBench } from './bench.ts'
import { batchOf, heardAll } from './hearing.ts'

/** A place of the log that comes after all others before. */
async function nextPlace(store: LessonStore): Promise<string> {
  await store.tell(BOOK, batchOf('a'))
  return (await heardAll(store)).place
}

async function loaded(store: LessonStore, book: string = BOOK) {
  const { place, rows } = await store.load(book)
  const all = new Map<string, SavedRow>()
  for await (const some of rows) for (const row of some) all.set(row.key, row)
  return { place, rows: [...all.values()].sort((a, b) => (a.key < b.key ? -1 : 1)) }
}

export const SAVING: Record<string, (bench: LessonBench) => Promise<void>> = {
  async 'nothing is saved at first'({ here }) {
    assert.deepEqual(await loaded(here), { place: BEGINNING, rows: [] })
  },

  async 'rows are loaded as they were saved, with their place'({ here, there, clock }) {
    const rows = ['a', 'b “2”\n', 'c'].map((key) => ({
      key,
      text: `{"of":"${key}"}\n`,
      expiresAtMs: clock.nowMs + 1_000,
    }))
    const place = await nextPlace(here)
    assert.equal(await here.save(BOOK, { place, rows }), true)
    assert.deepEqual(await loaded(there), { place, rows })
    assert.deepEqual(await loaded(there, 'another'), { place: BEGINNING, rows: [] })
  },

  async 'a row takes the place of the one of its key, and others stay'({ here, there, clock }) {
    const expiresAtMs = clock.nowMs + 1_000
    const row = (key: string, text: string) => ({ key, text, expiresAtMs })
    await here.save(BOOK, { place: await nextPlace(here), rows: [row('a', 'old'), row('b', 'kept')] })
    const place = await nextPlace(here)
    assert.equal(await there.save(BOOK, { place, rows: [row('a', 'new')] }), true)
    assert.deepEqual(await loaded(here), { place, rows: [row('a', 'new'), row('b', 'kept')] })
  },

  async 'nothing is saved in place of what comes after it'({ here, there, clock }) {
    const row = (text: string) => ({ key: 'a', text, expiresAtMs: clock.nowMs + 1_000 })
    const [early, late] = [await nextPlace(here), await nextPlace(here)]
    assert.equal(await here.save(BOOK, { place: late, rows: [row('late')] }), true)
    assert.equal(await there.save(BOOK, { place: early, rows: [row('early')] }), false)
    assert.deepEqual(await loaded(there), { place: late, rows: [row('late')] })
    assert.equal(await there.save(BOOK, { place: late, rows: [row('again')] }), true)
  },

  async 'rows that have expired are not loaded'({ here, there, clock }) {
    const row = (key: string, afterMs: number) => ({ key, text: key, expiresAtMs: clock.nowMs + afterMs })
    const rows = [row('a', 10), row('b', 11)]
    await here.save(BOOK, { place: await nextPlace(here), rows })
    clock.nowMs += 10
    assert.deepEqual((await loaded(there)).rows, [rows[1]])
  },

  async 'many rows are loaded some at a time'({ here, there, clock }) {
    const rows = Array.from({ length: 1_000 }, (_, at) => ({
      key: `e${String(at).padStart(4, '0')}`,
      text: 'x'.repeat(500),
      expiresAtMs: clock.nowMs + 1_000,
    }))
    await here.save(BOOK, { place: await nextPlace(here), rows })
    assert.deepEqual((await loaded(there)).rows, rows)
    let parts = 0
    for await (const _ of (await there.load(BOOK)).rows) parts += 1
    assert.ok(parts > 1)
  },

  async 'what is saved remains when all handles were closed'({ here, there, reopen, clock }) {
    const rows = [{ key: 'a', text: 'kept', expiresAtMs: clock.nowMs + 1_000 }]
    const place = await nextPlace(here)
    await here.save(BOOK, { place, rows })
    await Promise.all([here.close(), there.close()])
    assert.deepEqual(await loaded(await reopen()), { place, rows })
  },
}
