import { LRUCache } from 'lru-cache'
import type { CachePlace } from '../entry.ts'
import type { GroupName, Lesson } from './lessons/lesson.ts'
import { type Belief, type Group, group } from './rule/group.ts'

/** What is known of an entry besides its answer. */
export interface Learnt {
  readonly id: string
  readonly partition: string
  readonly in: NamedGroup
  readonly belief: Belief
  /** Of the answer that this is known of; undefined while nobody has read that. */
  version: string | undefined
  /** Somebody else than who had it made has asked the same, and its answer was right. */
  vouchedFor: boolean
  /** As its last lesson says. */
  expiresAtMs: number
  /** When its last lesson was given; before all time where none was. */
  taughtMs: number
}

/** A group, and whose it is. */
export interface NamedGroup extends GroupName {
  readonly group: Group
  taughtMs: number
}

/** Everything that was learnt, in bounds: what has not been used for longest is forgotten, and learnt again. */
export interface Memory {
  /** What is known of the entry in a place: of another answer than was there before, nothing yet. */
  of(place: CachePlace, partition: string, version?: string): Learnt
  known(id: string): Learnt | undefined
  take(lesson: Lesson): void
  forget(id: string): void
  group(name: GroupName): NamedGroup
  groups(): readonly NamedGroup[]
  /** What lessons have changed; whoever saves it empties this. */
  readonly changed: { readonly groups: Set<NamedGroup>; readonly entries: Set<Learnt> }
}

const MAX_GROUPS = 1_000
const MAX_ENTRIES = 50_000
const NEVER = Number.NEGATIVE_INFINITY

export function memoryOf(delta: number): Memory {
  const changed = { groups: new Set<NamedGroup>(), entries: new Set<Learnt>() }
  const groups = new LRUCache<string, NamedGroup>({
    max: MAX_GROUPS,
    dispose: (named) => void changed.groups.delete(named),
  })
  const entries = new LRUCache<string, Learnt>({
    max: MAX_ENTRIES,
    dispose(learnt) {
      learnt.in.group.forget(learnt.belief)
      changed.entries.delete(learnt)
    },
  })

  /** Those who share answers to one model learn together. The embedder is the same for all of one process. */
  function groupOf({ org, accounts, model }: GroupName): NamedGroup {
    const key = JSON.stringify([org, accounts, model])
    const known = groups.get(key)
    if (known) return known
    const made = { org, accounts, model, group: group({ delta }), taughtMs: NEVER }
    groups.set(key, made)
    return made
  }

  function entryOf(id: string, partition: string, version: string | undefined, name: GroupName): Learnt {
    const known = entries.get(id)
    if (known) known.version ??= version
    if (known && (version === undefined || known.version === version)) return known
    const fresh: Learnt = {
      ...{ id, partition, version, in: groupOf(name), belief: {} },
      ...{ vouchedFor: false, expiresAtMs: NEVER, taughtMs: NEVER },
    }
    entries.set(id, fresh)
    return fresh
  }

  function learn(lesson: Lesson, judgement: 'same' | 'different'): void {
    const { id, partition, version, similarity, isAudit, vouches, expiresAtMs, atMs } = lesson
    const learnt = entryOf(id, partition, version, lesson)
    const { belief, in: named } = learnt
    const label = { similarity, same: judgement === 'same' }
    if (isAudit) named.group.audited(belief, label, atMs)
    else named.group.learn(belief, label)
    learnt.vouchedFor ||= vouches
    learnt.expiresAtMs = expiresAtMs
    learnt.taughtMs = atMs
    changed.entries.add(learnt)
  }

  return {
    changed,
    group: groupOf,
    groups: () => [...groups.values()],
    known: (id) => entries.get(id),
    of: ({ id, scope: { org, accounts }, model }, partition, version) =>
      entryOf(id, partition, version, { org, accounts, model }),
    forget: (id) => void entries.delete(id),
    take(lesson) {
      const named = groupOf(lesson)
      if (lesson.judgement !== 'unsure') learn(lesson, lesson.judgement)
      else if (lesson.isAudit) named.group.unjudged()
      named.taughtMs = lesson.atMs
      changed.groups.add(named)
    },
  }
}
