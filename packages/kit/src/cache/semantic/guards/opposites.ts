import type { Language } from '../languages/language.ts'

/** Of each word that has any, its opposites. */
export type Opposites = ReadonlyMap<string, readonly string[]>

const known = new WeakMap<Language, Opposites>()

/** A language's pairs, found from either side. */
export function oppositesIn(language: Language): Opposites {
  const found = known.get(language) ?? bothWays(language.opposites)
  known.set(language, found)
  return found
}

function bothWays(pairs: Language['opposites']): Opposites {
  const opposites = new Map<string, string[]>()
  const add = (word: string, opposite: string) =>
    opposites.set(word, [...(opposites.get(word) ?? []), opposite])
  for (const [one, other] of pairs) {
    add(one, other)
    add(other, one)
  }
  return opposites
}
