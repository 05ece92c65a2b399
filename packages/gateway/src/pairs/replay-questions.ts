import { type Belief, compare, featuresOf, group, LEAST_SIMILARITY } from '@tollgate/kit/cache/semantic'
import { inProcessIndex, type Vector } from '@tollgate/kit/cache/vectors'

/** What was served, and how much of it was wrong. */
export interface Count {
  asked: number
  served: number
  wrong: number
}

export interface ReplayOptions {
  /** In the order in which they are asked. */
  readonly questions: readonly string[]
  readonly vectorOf: (question: string) => Promise<Vector>
  readonly meaningOf: (question: string) => string
  /** The share of wrong answers among hits that is allowed. */
  readonly delta: number
  /** Fixed thresholds that are tried beside it. */
  readonly thresholds: readonly number[]
  /** From 0 up to 1: which would-be hits are audited. */
  readonly random: () => number
}

export interface Replayed {
  /** Of the first half, in which the rule begins, and of the second, which is the one that counts. */
  readonly halves: readonly [Count, Count]
  /** The same second half at fixed thresholds, behind the same guards. */
  readonly fixed: readonly { readonly threshold: number; readonly count: Count }[]
}

const NEIGHBOURS = 4
const none = (): Count => ({ asked: 0, served: 0, wrong: 0 })

/**
 * Ask all questions one after the other, as they would come to a gateway: each is decided on before it is known what it means,
 * and what it means is learnt afterwards, as a fresh answer would tell. So nothing that is measured has been seen before, in
 * either half, and nothing is chosen by what the second one shows. What no chain of labels says to be the same counts as wrong.
 */
export async function replayQuestions(options: ReplayOptions): Promise<Replayed> {
  const { questions, thresholds } = options
  const halves = [none(), none()] as const
  const fixed = thresholds.map((threshold) => ({
    threshold,
    count: none(),
    ask: fixedRule(options, threshold),
  }))
  const learned = learnedRule(options)
  for (const [at, question] of questions.entries()) {
    const isSecond = at >= questions.length / 2
    tally(halves[isSecond ? 1 : 0], await learned(question))
    for (const { count, ask } of fixed) {
      const outcome = await ask(question)
      if (isSecond) tally(count, outcome)
    }
  }
  return { halves, fixed: fixed.map(({ threshold, count }) => ({ threshold, count })) }
}

/** Undefined where the provider would have been asked. */
type Outcome = 'right' | 'wrong' | undefined
type Rule = (question: string) => Promise<Outcome>

function tally(count: Count, outcome: Outcome): void {
  count.asked += 1
  if (outcome) count.served += 1
  if (outcome === 'wrong') count.wrong += 1
}

function learnedRule(options: ReplayOptions): Rule {
  const { delta, random } = options
  const rule = group({ delta })
  const beliefs = new Map<string, Belief>()
  const shelf = shelfFor(options)
  return async (question) => {
    const near = await shelf.nearest(question)
    if (!near) return void (await shelf.keep(question))
    const belief = beliefs.get(near.question) ?? {}
    beliefs.set(near.question, belief)
    const { wouldServe } = rule.decide(belief, near.similarity, { nowMs: 0, share: near.share })
    if (wouldServe && random() >= rule.auditRate()) return near.isSame ? 'right' : 'wrong'
    const label = { similarity: near.similarity, same: near.isSame }
    if (wouldServe) rule.audited(belief, label, 0)
    else rule.learn(belief, label)
    if (!near.isSame) await shelf.keep(question)
    return undefined
  }
}

function fixedRule(options: ReplayOptions, threshold: number): Rule {
  const shelf = shelfFor(options)
  return async (question) => {
    const near = await shelf.nearest(question)
    if (near && near.similarity >= threshold) return near.isSame ? 'right' : 'wrong'
    return void (await shelf.keep(question))
  }
}

/** The questions whose answers are kept. */
function shelfFor({ vectorOf, meaningOf }: ReplayOptions) {
  const index = inProcessIndex({ maxScanMs: Number.POSITIVE_INFINITY, maxRows: 1_000_000 })
  return {
    keep: async (question: string) => index.put('all', { id: question, vector: await vectorOf(question) }),
    /** The nearest that no guard says anything against. */
    async nearest(question: string) {
      const features = featuresOf(question)
      for (const { id, score } of index.nearest('all', await vectorOf(question), NEIGHBOURS)) {
        if (score < LEAST_SIMILARITY) return undefined
        const compared = compare(features, featuresOf(id))
        if (compared.veto) continue
        const isSame = meaningOf(id) === meaningOf(question)
        return { question: id, similarity: score, share: compared.share, isSame }
      }
      return undefined
    },
  }
}
