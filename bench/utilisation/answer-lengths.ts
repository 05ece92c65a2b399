import { seededRandom } from '../statistics.ts'

/**
 * How long answers are by themselves, tokens: most of them a few hundred, a few of them thousands (log-normal, median
 * 350, 2.5 % above 2,048). The same in every run.
 */
const MEDIAN = 350
const SIGMA = 0.9
const LONGEST = 4_096
const SEED = 1

export function answerLengths(): () => number {
  const random = seededRandom(SEED)
  return () => {
    // Box–Muller: two even numbers make one of the normal distribution.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return Math.min(LONGEST, Math.max(1, Math.round(MEDIAN * Math.exp(SIGMA * normal))))
  }
}
