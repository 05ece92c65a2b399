import type { Language } from '../languages/language.ts'
import type { Token } from '../tokens.ts'

/** Whether a text is turned round an odd number of times: “not impossible” is not looked into. */
export function isNegated(tokens: readonly Token[], language: Language | undefined): boolean {
  if (!language) return false
  return tokens.filter(({ lower }) => language.negations.has(lower) || lower.endsWith("n't")).length % 2 === 1
}
