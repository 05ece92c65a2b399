import { resolve } from 'node:path'
import { guardedEmbedder, hashEmbedder, type Vector } from '@tollgate/kit/cache/vectors'
import { meaningsOf, questionsOf } from '../pairs/meanings.ts'
import { readPairs } from '../pairs/read-pairs.ts'
import { readVectors } from '../pairs/recorded-vectors.ts'
import { replayQuestions } from '../pairs/replay-questions.ts'
import { boundsOf, evaluationLines } from '../say/evaluation-lines.ts'
import { type Args, type Command, textOf, UsageError } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE, storeConfigOf } from './with-store.ts'

/** `tollgate cache evaluate FILE`: what the semantic cache would do with these questions, offline, and how often wrongly. */
export const cacheEvaluate: Command = {
  name: 'cache evaluate',
  summary:
    'Tell what the semantic cache would serve of labelled pairs, and how much of it wrongly; asks nobody.',
  usage: [
    'FILE             pairs in the order of time: question1, question2, is_duplicate',
    '--vectors FILE   what tollgate cache record has made of them; without it, an encoder of letters, for trying out',
    '--delta 0.02     the share of wrong answers among hits that is allowed; else what the config says',
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: {
    ...CONFIG_OPTION,
    vectors: { type: 'string' },
    delta: { type: 'string' },
    json: { type: 'boolean' },
  },
  operands: 1,
  async run(args, world) {
    const { cwd, out } = world
    const delta = deltaOf(args) ?? storeConfigOf(args, world).cache.semantic?.delta ?? USUAL_DELTA
    const pairs = readPairs(resolve(cwd, args.operands[0]!))
    const vectors = textOf(args, 'vectors')
    const { encoder, vectorOf } =
      vectors === undefined ? lettersOnly() : recordedIn(resolve(cwd, vectors), questionsOf(pairs))
    const { halves, fixed } = await replayQuestions({
      questions: questionsOf(pairs),
      meaningOf: meaningsOf(pairs),
      vectorOf,
      delta,
      thresholds: THRESHOLDS,
      random: drawing(),
    })
    const rules = [
      { rule: `learned, ${delta} allowed`, ...halves[1] },
      ...fixed.map(({ threshold, count }) => ({ rule: `fixed, ${threshold.toFixed(2)}`, ...count })),
    ]
    if (args.values.json)
      for (const rule of rules) out(JSON.stringify({ encoder, ...rule, ...boundsOf(rule) }))
    else for (const line of evaluationLines(encoder, halves[0], rules)) out(line)
    return 0
  },
}

/** What most semantic caches decide by. */
const THRESHOLDS = [0.8, 0.85, 0.9, 0.95, 0.98]

const USUAL_DELTA = 0.02

function deltaOf(args: Args): number | undefined {
  const text = textOf(args, 'delta')
  if (text === undefined) return undefined
  const delta = Number(text)
  if (delta > 0 && delta <= 0.2) return delta
  throw new UsageError(`--delta ${text} is no share of wrong answers: above 0 and at most 0.2`)
}

/** @throws Error when a question is not in the file. */
function recordedIn(path: string, questions: readonly string[]) {
  const recorded = readVectors(path)
  const missing = questions.filter((question) => !recorded.get(question)).length
  if (missing > 0)
    throw new Error(
      `${path} lacks ${missing} of ${questions.length} questions: tollgate cache record adds them`,
    )
  return { encoder: recorded.embedder, vectorOf: async (text: string) => recorded.get(text)! }
}

function lettersOnly() {
  const embedder = guardedEmbedder(hashEmbedder(), { deadlineMs: 60_000 })
  return {
    encoder: embedder.id,
    async vectorOf(text: string): Promise<Vector> {
      const made = await embedder.embed(text, { scope: '' })
      if (made.status === 'missed') throw new Error(`no vector was made: ${made.why}`)
      return made.vector
    },
  }
}

/** The same draws each time: what is evaluated twice gives the same figures. Lehmer's generator, with Park and Miller's factor. */
function drawing(): () => number {
  let state = 11
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
