import assert from 'node:assert/strict'
import type { CacheStore } from '../../cache/cache-store.ts'
import type { CacheEntry } from '../../cache/entry.ts'
import { nanoUsd } from '../../core/money.ts'
import { assertGone, assertKept, entryFor, fill, place, type Section } from './bench.ts'

/** About a kilobyte of it. */
const TEXT = 'x'.repeat(600)

const sized = (id: string, costNanoUsd = 1_000): CacheEntry =>
  entryFor(place(id), { text: TEXT, costNanoUsd: nanoUsd(costNanoUsd) })

async function keptOf(store: CacheStore, entries: readonly CacheEntry[]): Promise<number> {
  let kept = 0
  for (const entry of entries) if ((await store.get(entry)).entry) kept += 1
  return kept
}

export const QUOTAS: Section = {
  async 'keeps no more than its quota, and what is worth most of it'({ open }) {
    const { here } = await open({ maxBytes: 100_000, maxScopeBytes: 8_000 })
    const dear = sized('dear', 50_000_000)
    await fill(here, dear)
    const cheap = Array.from({ length: 40 }, (_, at) => sized(`cheap-${at}`))
    for (const entry of cheap) await fill(here, entry)
    await assertKept(here, dear)
    const kept = await keptOf(here, cheap)
    assert.ok(kept >= 2 && kept <= 8, `${kept} of ${cheap.length} were kept`)
    assert.ok((await here.status()).evicted >= 32)
  },

  async 'takes nothing from others when one scope is full'({ open }) {
    const { here } = await open({ maxBytes: 100_000, maxScopeBytes: 8_000 })
    const theirs = entryFor(place('share-b.theirs'), { costNanoUsd: nanoUsd(0) })
    await fill(here, theirs)
    for (let at = 0; at < 40; at += 1) await fill(here, sized(`ours-${at}`, 1_000_000))
    await assertKept(here, theirs)
  },

  async 'takes from whoever has most when all is full'({ open }) {
    const { here } = await open({ maxBytes: 10_000, maxScopeBytes: 9_000 })
    const theirs = entryFor(place('share-b.theirs'), { text: TEXT, costNanoUsd: nanoUsd(0) })
    await fill(here, theirs)
    const ours = Array.from({ length: 40 }, (_, at) => sized(`ours-${at}`, 1_000_000))
    for (const entry of ours) await fill(here, entry)
    await assertKept(here, theirs)
    assert.ok((await keptOf(here, ours)) <= 9)
  },

  async 'keeps nothing that is larger than a whole quota'({ open }) {
    const { here } = await open({ maxBytes: 10_000, maxScopeBytes: 5_000 })
    const small = sized('small')
    await fill(here, small)
    const large = entryFor(place('large'), { text: 'x'.repeat(6_000) })
    await fill(here, large)
    await assertGone(here, large)
    await assertKept(here, small)
  },

  async 'has room again for what was forgotten'({ open }) {
    const { here } = await open({ maxBytes: 10_000, maxScopeBytes: 5_000 })
    for (let at = 0; at < 30; at += 1) {
      const entry = sized('same')
      await fill(here, entry)
      if (at % 3 === 0) await here.delete(entry.id)
    }
    assert.equal((await here.status()).evicted, 0)
  },
}
