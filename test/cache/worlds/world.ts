import { gaussianFrom, uniformFrom, zipfFrom } from './chance.ts'
import { direction, near, type Vector } from './vectors.ts'

/** A question as a cache sees it, and what it does not see: which questions have the same answer. */
export interface Question {
  readonly meaning: number
  /** Only questions of one family are alike enough to be compared: others are nearly at right angles. */
  readonly family: number
  readonly vector: Vector
}

export interface World {
  ask(): Question
  /** From now on so many of the meanings are asked for in the words of others: what is stored for those words is wrong. */
  drift(share: number): void
}

export interface WorldOptions {
  readonly seed: number
  readonly classes?: number
  /** An encoder that knows no more than the topic: questions of one are as alike whether or not they mean the same. */
  readonly blind?: boolean
}

/** Where the questions of a meaning lie. */
interface Place {
  readonly family: number
  readonly centre: Vector
  /** Of the family's first meaning. */
  readonly base: Vector
}

interface Meaning {
  place: Place
  /** How alike its questions are to its centre: some things can be asked in many ways, some in few. */
  readonly tightness: number
}

/** Of the meanings, those that are another one with a word changed; to a blind encoder most of them look like another. */
const SIBLINGS = 0.3
const BLIND_SIBLINGS = 0.9
/** Of the questions, those that nobody ever asks again; as many of them as of the meanings lie near something else. */
const ONE_OFF = 0.25
const ZIPF = 0.9
/** Between what and what: how alike a meaning's questions are to its centre, and a sibling's centre to its relative's. */
const TIGHTNESS = [0.9, 0.985] as const
const SIBLING_COSINES = [0.8, 0.97] as const

/** A stream of questions with the troubles of real ones: few are frequent, many are alone, and some only look alike. */
export function world({ seed, classes = 2500, blind = false }: WorldOptions): World {
  const uniform = uniformFrom(seed)
  const gaussian = gaussianFrom(uniform)
  const rank = zipfFrom(uniform, classes, ZIPF)
  const between = (low: number, high: number) => low + uniform() * (high - low)
  let families = 0

  const meanings: Meaning[] = []
  const alone = (): Place => {
    families += 1
    const centre = direction(gaussian)
    return { family: families, centre, base: centre }
  }
  const sibling = (): Place => {
    const { family, centre, base } = meanings[Math.floor(uniform() * meanings.length)]!.place
    return { family, base, centre: near(centre, between(...SIBLING_COSINES), gaussian) }
  }
  const siblings = blind ? BLIND_SIBLINGS : SIBLINGS
  const somewhere = () => (meanings.length > 0 && uniform() < siblings ? sibling() : alone())
  const tightness = () => between(...TIGHTNESS)
  for (let at = 0; at < classes; at += 1) meanings.push({ place: somewhere(), tightness: tightness() })

  const questionOf = (meaning: number, { place, tightness: own }: Meaning): Question => {
    const vector = blind ? near(place.base, tightness(), gaussian) : near(place.centre, own, gaussian)
    return { meaning, family: place.family, vector }
  }
  let once = classes

  return {
    ask() {
      if (uniform() >= ONE_OFF) {
        const meaning = rank()
        return questionOf(meaning, meanings[meaning]!)
      }
      once += 1
      return questionOf(once, { place: somewhere(), tightness: 1 })
    },
    drift(share) {
      const moved = meanings.filter(() => uniform() < share)
      const first = moved[0]?.place
      for (const [at, one] of moved.entries()) one.place = moved[at + 1]?.place ?? first!
    },
  }
}
