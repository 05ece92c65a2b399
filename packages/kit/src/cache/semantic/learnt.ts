import { LRUCache } from 'lru-cache'
import type { CachePlace } from '../entry.ts'
import { type Belief, type Group, group } from './rule/group.ts'

/** What is known of an entry besides its answer. */
export interface Learnt {
  readonly id: string
  readonly partition: string
  readonly group: Group
  readonly belief: Belief
  /** Somebody else than who had it made has asked the same, and its answer was right. */
  vouchedFor: boolean
}

/** A group, and whose it is. */
export interface NamedGroup {
  readonly org: string
  /** The innermost account that it is shared below; empty where everybody shares. */
  readonly account: string
  readonly model: string
  readonly group: Group
}

/** Everything that was learnt, in bounds: what has not been used for longest is forgotten, and learnt again. */
export interface Memory {
  of(place: CachePlace, partition: string): Learnt
  known(id: string): Learnt | undefined
  groupOf(place: CachePlace): Group
  forget(id: string): void
  groups(): readonly NamedGroup[]
}

const MAX_GROUPS = 1_000
const MAX_ENTRIES = 50_000

export function memoryOf(delta: number): Memory {
  const groups = new LRUCache<string, NamedGroup>({ max: MAX_GROUPS })
  const entries = new LRUCache<string, Learnt>({
    max: MAX_ENTRIES,
    dispose: ({ group, belief }) => group.forget(belief),
  })

  /** Those who share answers to one model learn together. The embedder is the same for all of one process. */
  function groupOf({ scope: { org, accounts }, model }: CachePlace): Group {
    const name = JSON.stringify([org, accounts, model])
    const known = groups.get(name)
    if (known) return known.group
    const made = { org, account: accounts.at(-1) ?? '', model, group: group({ delta }) }
    groups.set(name, made)
    return made.group
  }

  return {
    groupOf,
    known: (id) => entries.get(id),
    of(place, partition) {
      const known = entries.get(place.id)
      if (known) return known
      const fresh: Learnt = {
        ...{ id: place.id, partition, group: groupOf(place), belief: {} },
        vouchedFor: false,
      }
      entries.set(place.id, fresh)
      return fresh
    },
    forget: (id) => void entries.delete(id),
    groups: () => [...groups.values()],
  }
}
