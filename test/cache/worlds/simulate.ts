import { LEAST_SIMILARITY } from '../../../packages/kit/src/cache/semantic/rule/grid.ts'
import type { Choice, Rule } from './rules.ts'
import { dot, type Vector } from './vectors.ts'
import type { Question, World } from './world.ts'

export interface Tally {
  questions: number
  hits: number
  wrong: number
  /** Would-be hits that were asked of the provider instead. */
  audits: number
}

export interface SimulateOptions<Memory> {
  readonly world: Pick<World, 'ask'>
  readonly rule: Rule<Memory>
  readonly questions: number
  readonly uniform: () => number
  /** How often the judge errs, either way. */
  readonly noise?: number
  /** Told of each question, with the tally so far. */
  readonly onQuestion?: (tally: Tally, choice: Choice) => void
}

interface Entry<Memory> {
  meaning: number
  readonly vector: Vector
  readonly memory: Memory
}

/** A cache in front of a provider, whose answers are right; `poison` makes stored answers wrong for everybody. */
export interface Simulation {
  run(questions: number): Tally
  poison(share: number): void
}

export function simulation<Memory>(options: Omit<SimulateOptions<Memory>, 'questions'>): Simulation {
  const { world, rule, uniform, noise = 0, onQuestion } = options
  const families = new Map<number, Entry<Memory>[]>()
  const tally: Tally = { questions: 0, hits: 0, wrong: 0, audits: 0 }

  function judge(entry: Entry<Memory>, question: Question): boolean {
    const same = entry.meaning === question.meaning
    return uniform() < noise ? !same : same
  }

  function insert({ meaning, family, vector }: Question): void {
    const entries = families.get(family) ?? []
    entries.push({ meaning, vector, memory: rule.fresh() })
    families.set(family, entries)
  }

  function ask(question: Question): Choice {
    const { entry, similarity } = nearest(families.get(question.family) ?? [], question.vector)
    if (!entry || similarity < LEAST_SIMILARITY) {
      insert(question)
      return 'ask'
    }
    const choice = rule.choose(entry.memory, similarity)
    if (choice === 'serve') {
      tally.hits += 1
      if (entry.meaning !== question.meaning) tally.wrong += 1
      return choice
    }
    if (choice === 'audit') tally.audits += 1
    const same = judge(entry, question)
    rule.learn(entry.memory, similarity, same, choice)
    if (!same) insert(question)
    return choice
  }

  return {
    run(questions) {
      for (let at = 0; at < questions; at += 1) {
        const choice = ask(world.ask())
        tally.questions += 1
        onQuestion?.(tally, choice)
      }
      return tally
    },
    poison(share) {
      for (const entry of [...families.values()].flat()) if (uniform() < share) entry.meaning = -1
    },
  }
}

function nearest<Memory>(entries: readonly Entry<Memory>[], vector: Vector) {
  let entry: Entry<Memory> | undefined
  let similarity = -1
  for (const one of entries) {
    const alike = dot(one.vector, vector)
    if (alike > similarity) [entry, similarity] = [one, alike]
  }
  return { entry, similarity }
}
