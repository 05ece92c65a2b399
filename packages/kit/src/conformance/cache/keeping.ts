import assert from 'node:assert/strict'
import { assertGone, assertKept, entryFor, fill, HOUR_MS, place, type Section, START_MS } from './bench.ts'

export const KEEPING: Section = {
  async 'is empty at first'({ open }) {
    const { here, there } = await open()
    await assertGone(here, place('one'))
    await assertGone(there, place('one'))
  },

  async 'gives back every field as it was kept, to every process'({ open }) {
    const { here, there } = await open()
    const strange = 'é “#1”; DROP TABLE cache_entry -- \u0000 {x}:\n'
    const at = place('full', {
      scope: { org: strange, accounts: [`org:${strange}`, `user:${strange}`] },
      model: strange,
      tags: [strange, ''],
    })
    const entry = entryFor(at, { text: strange.repeat(3), askedBy: strange })
    await fill(here, entry)
    await assertKept(here, entry)
    await assertKept(there, entry)
    await assertKept(there, entry)
  },

  async 'gives nothing for another id'({ open }) {
    const { here } = await open()
    await fill(here, entryFor(place('share-a.abc')))
    for (const id of [
      'share-a.ab',
      'share-a.abcd',
      'share-a.ABC',
      'share-b.abc',
      'share-a.*',
      'share-a.%',
      '.',
    ])
      await assertGone(here, place(id))
  },

  async 'keeps the newest answer to a request'({ open }) {
    const { here, there } = await open()
    await fill(here, entryFor(place('one'), { text: 'old' }))
    const newer = entryFor(place('one'), { text: 'new' })
    await fill(there, newer)
    await assertKept(here, newer)
    await assertKept(there, newer)
  },

  async 'gives nothing once it has expired'({ open, clock }) {
    const { here, there } = await open()
    const entry = entryFor(place('one'))
    await fill(here, entry)
    clock.nowMs = START_MS + HOUR_MS - 1
    await assertKept(there, entry)
    clock.nowMs = START_MS + HOUR_MS
    await assertGone(here, entry)
    await assertGone(there, entry)
  },

  async 'keeps nothing that has expired before it came'({ open, clock }) {
    const { here } = await open()
    clock.nowMs = START_MS + 2 * HOUR_MS
    await fill(here, entryFor(place('one')))
    await assertGone(here, place('one'))
  },

  async 'forgets one by its id, everywhere'({ open }) {
    const { here, there } = await open()
    const [one, two] = [entryFor(place('one')), entryFor(place('two'))]
    await fill(here, one)
    await fill(here, two)
    await assertKept(there, one)
    assert.equal(await here.delete(one.id), true)
    assert.equal(await there.delete(one.id), false)
    assert.equal(await there.delete('nobody.knows'), false)
    assert.equal(await there.delete('no id at all'), false)
    await assertGone(here, one)
    await assertGone(there, one)
    await assertKept(there, two)
  },
}
