import { LRUCache } from 'lru-cache'
import type { CachePlace } from '../entry.ts'
import type { GroupName, Lesson } from './lessons/lesson.ts'
import type { Belief } from './rule/beliefs.ts'
import { type Group, type GroupState, group } from './rule/group.ts'

/** What is known of an entry besides its answer. */
export interface Learnt {
  readonly id: string
  readonly partition: string
  in: NamedGroup
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
  /** Have a group saved, though nothing has changed it. */
  touch(named: NamedGroup): void
  /** Forget everything. */
  clear(): void
  /** What lessons have changed, groups by their names; whoever saves it empties this. */
  readonly changed: { readonly groups: Map<string, NamedGroup>; readonly entries: Set<Learnt> }
}

const MAX_GROUPS = 1_000
/** Groups of which no more is kept in memory than would be saved: one that was switched off stays so. */
const MAX_SLEEPING = 10_000
const MAX_ENTRIES = 50_000
const NEVER = Number.NEGATIVE_INFINITY

export function memoryOf(delta: number): Memory {
  const changed = { groups: new Map<string, NamedGroup>(), entries: new Set<Learnt>() }
  const sleeping = new LRUCache<string, { readonly state: GroupState; readonly taughtMs: number }>({
    max: MAX_SLEEPING,
  })
  const groups = new LRUCache<string, NamedGroup>({
    max: MAX_GROUPS,
    dispose({ group, taughtMs }, key) {
      sleeping.set(key, { state: group.state(), taughtMs })
    },
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
    const key = keyOf({ org, accounts, model })
    const known = groups.get(key)
    if (known) return known
    const made = { org, accounts, model, group: group({ delta }), taughtMs: NEVER }
    const slept = sleeping.get(key)
    if (slept) {
      made.group.resume(slept.state)
      made.taughtMs = slept.taughtMs
    }
    groups.set(key, made)
    return made
  }

  /** An entry whose group has slept goes on in the one that has come back. */
  function wake(learnt: Learnt): Learnt {
    const { in: before, belief } = learnt
    const now = groupOf(before)
    if (now === before) return learnt
    learnt.in = now
    now.group.remember(belief, before.group.doubts)
    return learnt
  }

  function entryOf(id: string, partition: string, version: string | undefined, name: GroupName): Learnt {
    const known = entries.get(id)
    if (known) known.version ??= version
    if (known && (version === undefined || known.version === version)) return wake(known)
    const fresh: Learnt = {
      id,
      partition,
      version,
      in: groupOf(name),
      belief: {},
      vouchedFor: false,
      expiresAtMs: NEVER,
      taughtMs: NEVER,
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

  function touch(named: NamedGroup): void {
    changed.groups.set(keyOf(named), named)
    // Where nothing can be saved for long, one of too many is not.
    if (changed.groups.size > MAX_SLEEPING) changed.groups.delete(changed.groups.keys().next().value!)
  }

  return {
    changed,
    touch,
    group: groupOf,
    groups: () => [...groups.values()],
    clear() {
      entries.clear()
      groups.clear()
      sleeping.clear()
      changed.groups.clear()
      changed.entries.clear()
    },
    known: (id) => entries.get(id),
    of: ({ id, scope: { org, accounts }, model }, partition, version) =>
      entryOf(id, partition, version, { org, accounts, model }),
    forget: (id) => void entries.delete(id),
    take(lesson) {
      const named = groupOf(lesson)
      if (lesson.judgement !== 'unsure') learn(lesson, lesson.judgement)
      else if (lesson.isAudit) named.group.unjudged()
      named.taughtMs = lesson.atMs
      touch(named)
    },
  }
}

const keyOf = ({ org, accounts, model }: GroupName): string => JSON.stringify([org, accounts, model])
