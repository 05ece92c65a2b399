import { type Belief, compare, featuresOf, group } from '@tollgate/kit/cache/semantic'
import { markdownTable } from './markdown.ts'
import { quartiles, seededRandom } from './statistics.ts'

/** What deciding on a neighbour takes, apart from finding it: `node bench/cache-decision.ts`, after a build. */
const ROUNDS = 200
const TIMES = 200
const ENTRIES = 500

const uniform = seededRandom(7)
const similarity = () => 0.7 + 0.3 * uniform()
const own = group({ delta: 0.02 })
const beliefs: Belief[] = Array.from({ length: ENTRIES }, () => ({}))
const learn = (belief: Belief) => own.learn(belief, { similarity: similarity(), same: uniform() < 0.8 })
for (const belief of beliefs) for (let label = 0; label < 6; label += 1) learn(belief)

const ASKED = 'How can I reset the forgotten password of my account on the ACME portal without my 2 devices?'
const KEPT =
  'What can I do to reset a forgotten password on the ACME portal, without 2 of my devices at hand?'
const kept = featuresOf(KEPT)
const asked = featuresOf(ASKED)

let at = 0
const next = () => {
  at = (at + 1) % ENTRIES
  return beliefs[at]!
}
let sink = 0

const PARTS: Readonly<Record<string, () => unknown>> = {
  'features of a question': () => featuresOf(ASKED),
  'guards: two questions compared': () => compare(asked, kept),
  'rule: an entry decided on before': () => own.decide(next(), similarity(), { nowMs: 0 }).chance,
  'rule: an entry with a new label': () => {
    const belief = next()
    delete belief.weights
    return own.decide(belief, similarity(), { nowMs: 0 }).chance
  },
  'rule: a label taken in': () => learn(next()),
}

const rows = Object.entries(PARTS).map(([what, work]) => {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = process.hrtime.bigint()
    for (let time = 0; time < TIMES; time += 1) if (work() === sink) sink += 1
    return Number(process.hrtime.bigint() - started) / 1000 / TIMES
  })
  // What is compiled later than the first rounds ran is no part of what it takes.
  return [what, quartiles(rounds.slice(ROUNDS / 2))]
})

console.log(markdownTable(['', 'µs'], rows))
