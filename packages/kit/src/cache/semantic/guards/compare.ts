import type { Language } from '../languages/language.ts'
import { languageOf } from '../languages/languages.ts'
import type { Features } from './features.ts'
import { negatesAnything } from './negation.ts'
import { type Opposites, oppositesIn } from './opposites.ts'

/** Why two texts are not the same question, however alike they are: a label of metrics. */
export type Veto = 'length' | 'number' | 'negation' | 'opposite' | 'name'

/** What guards say of two texts. */
export type Comparison =
  | { readonly veto: Veto }
  /** Nothing against it. `share`: of the allowed rate of wrong answers, how much this pair may use. */
  | { readonly veto?: undefined; readonly share: number }

/** One side names something more: nine of ten times it only says it more exactly. */
const ONE_SIDED = 1 / 4
/** Without words for a language, negations and opposites are not seen. */
const WORDLESS = 1 / 2
/** A text twice as long says something else besides. */
const MOST_TIMES_LONGER = 2

/**
 * Whether one text's answer may answer the other, by what encoders are blind for: numbers, negation, opposites and names.
 * The order of words is left alone: it differs among equal questions more often than among others.
 */
export function compare(asked: Features, kept: Features): Comparison {
  const [short, long] = [Math.min(asked.length, kept.length), Math.max(asked.length, kept.length)]
  if (long > MOST_TIMES_LONGER * short) return { veto: 'length' }
  if (asked.quantities.join(' ') !== kept.quantities.join(' ')) return { veto: 'number' }
  const language = languageOfBoth(asked, kept)
  if (language && isTurnedRound(asked, kept, language)) return { veto: 'negation' }

  const askedWords = new Set(asked.words)
  const keptWords = new Set(kept.words)
  if (language && isSwapped(askedWords, keptWords, oppositesIn(language))) return { veto: 'opposite' }

  const askedMore = asked.names.some((name) => !keptWords.has(name))
  const keptMore = kept.names.some((name) => !askedWords.has(name))
  if (askedMore && keptMore) return { veto: 'name' }
  return {
    share:
      (askedMore || keptMore ? ONE_SIDED : 1) * (asked.language === kept.language && language ? 1 : WORDLESS),
  }
}

/** Of short texts that of one may not be known: it is taken for the other's then, to see what can be seen. */
function languageOfBoth(asked: Features, kept: Features): Language | undefined {
  const isOne = asked.language === kept.language || asked.language === '' || kept.language === ''
  return isOne ? languageOf(asked.language || kept.language) : undefined
}

function isTurnedRound(asked: Features, kept: Features, language: Language): boolean {
  const isKnown = asked.language === kept.language
  if (isKnown && asked.negated !== kept.negated) return true
  return negatesAnything(asked.words, language) !== negatesAnything(kept.words, language)
}

/** Whether one says a word where the other says its opposite, and neither says both. */
function isSwapped(asked: ReadonlySet<string>, kept: ReadonlySet<string>, opposites: Opposites): boolean {
  for (const word of asked) {
    if (kept.has(word)) continue
    if (opposites.get(word)?.some((opposite) => kept.has(opposite) && !asked.has(opposite))) return true
  }
  return false
}
