import { compare, featuresOf } from '@tollgate/kit/cache/semantic'
import { guardedEmbedder, hashEmbedder } from '@tollgate/kit/cache/vectors'
import { describe, expect, it } from 'vitest'
import { meaningsOf, questionsOf } from '../../packages/gateway/src/pairs/meanings.ts'
import { type LabelledPair, readPairs } from '../../packages/gateway/src/pairs/read-pairs.ts'
import { replayQuestions } from '../../packages/gateway/src/pairs/replay-questions.ts'
import { clopperPearson } from '../../packages/kit/src/cache/semantic/rule/clopper-pearson.ts'
import { uniformFrom } from './worlds/chance.ts'

const PATH = process.env.TOLLGATE_LABELLED_PAIRS
if (!PATH) console.log('NOT MEASURED on labelled questions: TOLLGATE_LABELLED_PAIRS names no file of them')

const QUESTIONS = 14_000
const LONG = { timeout: 900_000 }

/** A share with its exact 95 % interval. */
function told(events: number, trials: number): string {
  const { lower, upper } = clopperPearson(events, trials, 0.975)
  const percent = (share: number) => `${(100 * share).toFixed(1)}`
  return `${percent(events / trials)} % (${percent(lower)}–${percent(upper)}) of ${trials}`
}

/** In the order of the file, which is that of time as far as anybody knows. Nothing here is fitted to either half. */
const halves = (pairs: readonly LabelledPair[]) =>
  [pairs.slice(0, pairs.length / 2), pairs.slice(pairs.length / 2)] as const

describe.skipIf(!PATH)('on labelled questions', () => {
  it.each([0.5, 0.7, 0.85])(
    'guards veto others and leave equal ones alone, from an overlap of %d on',
    LONG,
    (least) => {
      for (const [at, half] of halves(readPairs(PATH!)).entries()) {
        const looked = half
          .map(({ question1, question2, isDuplicate }) => ({
            same: isDuplicate,
            one: featuresOf(question1),
            other: featuresOf(question2),
          }))
          .filter(({ one, other }) => overlap(one.words, other.words) >= least)
        const vetoed = (wanted: boolean) => {
          const pairs = looked.filter(({ same }) => same === wanted)
          return [pairs.filter(({ one, other }) => compare(one, other).veto).length, pairs.length] as const
        }
        const [others, equal] = [vetoed(false), vetoed(true)]
        console.log(
          `overlap ≥ ${least}, half ${at + 1}: vetoed ${told(...others)} others, ${told(...equal)} equal ones`,
        )
        expect(others[0] / others[1]).toBeGreaterThan(2 * (equal[0] / equal[1]))
      }
    },
  )

  it.each([0.02, 0.05, 0.1])(
    'refuses rather than errs with an encoder of letters, at %d',
    LONG,
    async (delta) => {
      const all = readPairs(PATH!)
      const random = uniformFrom(11)
      const shuffled = <Item>(items: readonly Item[]) =>
        items
          .map((item) => ({ item, drawn: random() }))
          .sort((a, b) => a.drawn - b.drawn)
          .map(({ item }) => item)
      // Some pairs whole, so that many questions have been asked before.
      const questions = shuffled(questionsOf(shuffled(all).slice(0, QUESTIONS / 2)))
      const embedder = guardedEmbedder(hashEmbedder())
      const vectorOf = async (text: string) => {
        const embedded = await embedder.embed(text, { scope: 'all' })
        if (embedded.status !== 'embedded') throw new Error(embedded.why)
        return embedded.vector
      }
      const asked = { questions, vectorOf, meaningOf: meaningsOf(all), delta, thresholds: [], random }
      const { halves: served } = await replayQuestions(asked)
      const [hits, wrong] = [served[0].served + served[1].served, served[0].wrong + served[1].wrong]
      console.log(
        `${delta} allowed: ${told(hits, questions.length)} served, wrong ${hits ? told(wrong, hits) : 'none'}`,
      )
      expect(hits === 0 ? 0 : clopperPearson(wrong, hits).lower).toBeLessThanOrEqual(delta)
    },
  )
})

/** Of all words of two questions, how many are in both. */
function overlap(one: readonly string[], other: readonly string[]): number {
  const words = new Set([...one, ...other])
  const both = one.filter((word) => other.includes(word)).length
  return words.size === 0 ? 0 : both / words.size
}
