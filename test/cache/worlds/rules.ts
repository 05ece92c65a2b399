import type { Belief } from '../../../packages/kit/src/cache/semantic/rule/beliefs.ts'
import { type Group, group } from '../../../packages/kit/src/cache/semantic/rule/group.ts'

/** What to do with a question that is this alike to an entry's. */
export type Choice = 'serve' | 'ask' | 'audit'

/** A rule as the simulated cache asks it; `Memory` is what it keeps of an entry. */
export interface Rule<Memory = unknown> {
  readonly fresh: () => Memory
  readonly choose: (memory: Memory, similarity: number) => Choice
  /** What asking has shown: whether the entry's answer would have done, as the judge sees it. */
  readonly learn: (memory: Memory, similarity: number, same: boolean, choice: Choice) => void
}

/** Tollgate's own. */
export interface PooledRule extends Rule<Belief> {
  readonly group: Group
}

export function pooledRule(delta: number, uniform: () => number): PooledRule {
  const own = group({ delta })
  const nowMs = 0
  return {
    group: own,
    fresh: () => ({}),
    choose(belief, similarity) {
      if (!own.decide(belief, similarity, { nowMs }).wouldServe) return 'ask'
      return uniform() < own.auditRate() ? 'audit' : 'serve'
    },
    learn(belief, similarity, same, choice) {
      if (choice === 'audit') own.audited(belief, { similarity, same }, nowMs)
      else own.learn(belief, { similarity, same })
    },
  }
}

/** Whatever is at least so alike, as most semantic caches have it. */
export function fixedThreshold(least: number): Rule {
  return {
    fresh: () => undefined,
    choose: (_, similarity) => (similarity >= least ? 'serve' : 'ask'),
    learn: () => undefined,
  }
}
