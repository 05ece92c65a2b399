import type { Invalidation } from '../../cache/cache-store.ts'
import type { CacheEntry } from '../../cache/entry.ts'
import { assertGone, assertKept, type Case, entryFor, fill, place, type Section } from './bench.ts'

const acme = { org: 'acme', accounts: ['org:acme', 'team:red', 'user:ada'] } as const
const other = { org: 'other', accounts: ['org:other', 'team:red'] } as const

const ADAS = entryFor(place('share-a.ada', { scope: acme, model: 'gpt-4o', tags: ['docs', 'v2'] }))
const OTHERS = entryFor(place('share-o.red', { scope: other, model: 'gpt-4o', tags: ['docs'] }))
const PLAIN = entryFor(place('share-p.plain', { model: 'claude-haiku-4-5' }))
const ALL = [ADAS, OTHERS, PLAIN]

/** What an invalidation takes, and that it takes nothing else. */
const takes =
  (what: Invalidation, gone: readonly CacheEntry[]): Case =>
  async ({ open }) => {
    const { here, there } = await open()
    for (const entry of ALL) await fill(here, entry)
    for (const entry of ALL) await assertKept(there, entry)
    await here.invalidate(what)
    for (const entry of ALL) {
      for (const store of [here, there]) {
        if (gone.includes(entry)) await assertGone(store, entry)
        else await assertKept(store, entry)
      }
    }
    // What is kept from now on is true again.
    for (const entry of gone) await fill(there, entry)
    for (const entry of ALL) await assertKept(here, entry)
  }

export const INVALIDATING: Section = {
  'invalidates everything': takes({ what: 'everything' }, ALL),
  'invalidates a model, in every org': takes({ what: 'model', model: 'gpt-4o' }, [ADAS, OTHERS]),
  'invalidates a tag of one org': takes({ what: 'tag', org: 'acme', tag: 'docs' }, [ADAS]),
  'invalidates an entry by any of its tags': takes({ what: 'tag', org: 'acme', tag: 'v2' }, [ADAS]),
  'invalidates what is shared below an account': takes({ what: 'scope', org: 'acme', account: 'team:red' }, [
    ADAS,
  ]),
  'invalidates an org': takes({ what: 'scope', org: 'acme', account: 'org:acme' }, [ADAS, PLAIN]),
  'invalidates nothing by a name of another kind': takes({ what: 'tag', org: 'acme', tag: 'team:red' }, []),

  async 'keeps nothing that was on its way meanwhile'({ open }) {
    const { here, there } = await open()
    const { stamp } = await here.get(ADAS)
    await there.invalidate({ what: 'tag', org: 'acme', tag: 'docs' })
    await here.put(ADAS, stamp)
    await assertGone(here, ADAS)
    await assertGone(there, ADAS)
  },

  async 'moves an epoch anew each time'({ open }) {
    const { here, there } = await open()
    for (let time = 0; time < 3; time += 1) {
      await fill(here, ADAS)
      await assertKept(there, ADAS)
      await there.invalidate({ what: 'everything' })
      await assertGone(here, ADAS)
    }
  },
}
