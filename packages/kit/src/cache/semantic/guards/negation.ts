import type { Language } from '../languages/language.ts'

/** Whether a text is turned round an odd number of times: “not impossible” is not looked into. */
export function isNegated(words: readonly string[], language: Language | undefined): boolean {
  return language !== undefined && negationsIn(words, language).length % 2 === 1
}

/** Whether anything in a text turns something round: “not red and not green” may be “red and green” turned round twice. */
export function negatesAnything(words: readonly string[], language: Language): boolean {
  return negationsIn(words, language).length > 0
}

function negationsIn(words: readonly string[], { negations }: Language): readonly string[] {
  return words.filter((word) => negations.has(word) || word.endsWith("n't"))
}
