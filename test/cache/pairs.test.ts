import { compare, featuresOf, group } from '@tollgate/kit/cache/semantic'
import { guardedEmbedder, hashEmbedder, inProcessIndex } from '@tollgate/kit/cache/vectors'
import { describe, expect, it } from 'vitest'
import { clopperPearson } from '../../packages/kit/src/cache/semantic/rule/clopper-pearson.ts'
import { LEAST_SIMILARITY } from '../../packages/kit/src/cache/semantic/rule/grid.ts'
import type { Belief } from '../../packages/kit/src/cache/semantic/rule/group.ts'
import { type LabelledPair, meaningsOf, overlap, readPairs } from './pairs/pairs.ts'
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
          .map(({ one, other, same }) => ({ same, one: featuresOf(one), other: featuresOf(other) }))
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
      const meaning = meaningsOf(all)
      const uniform = uniformFrom(11)
      const shuffled = <Item>(items: readonly Item[]) =>
        items
          .map((item) => ({ item, drawn: uniform() }))
          .sort((a, b) => a.drawn - b.drawn)
          .map(({ item }) => item)
      // Some pairs whole, so that many questions have been asked before.
      const some = shuffled(all).slice(0, QUESTIONS / 2)
      const questions = shuffled([...new Set(some.flatMap(({ one, other }) => [one, other]))])
      const [embedder, index, own] = [guardedEmbedder(hashEmbedder()), inProcessIndex(), group({ delta })]
      const kept = new Map<string, { belief: Belief; features: ReturnType<typeof featuresOf> }>()
      let [hits, wrong] = [0, 0]
      for (const text of questions) {
        const embedded = await embedder.embed(text, { scope: 'all' })
        if (embedded.status !== 'embedded') throw new Error(embedded.why)
        const features = featuresOf(text)
        const neighbours = await index.nearest('all', embedded.vector, 4)
        const near = neighbours
          .filter(({ score }) => score >= LEAST_SIMILARITY)
          .map(({ id, score }) => ({ id, score, compared: compare(features, kept.get(id)!.features) }))
          .find(({ compared }) => !compared.veto)
        const isSame = near !== undefined && meaning(near.id) === meaning(text)
        if (near && near.compared.veto === undefined) {
          const { belief } = kept.get(near.id)!
          const label = { similarity: near.score, same: isSame }
          const { wouldServe } = own.decide(belief, near.score, { nowMs: 0, share: near.compared.share })
          if (wouldServe && uniform() >= own.auditRate()) {
            hits += 1
            if (!isSame) wrong += 1
            continue
          }
          if (wouldServe) own.audited(belief, label, 0)
          else own.learn(belief, label)
        }
        if (isSame) continue
        kept.set(text, { belief: {}, features })
        await index.put('all', { id: text, vector: embedded.vector })
      }
      console.log(
        `${delta} allowed: ${told(hits, questions.length)} served, wrong ${hits ? told(wrong, hits) : 'none'}`,
      )
      expect(hits === 0 ? 0 : clopperPearson(wrong, hits).lower).toBeLessThanOrEqual(delta)
    },
  )
})
