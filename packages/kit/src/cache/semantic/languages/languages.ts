import { ENGLISH } from './english.ts'
import { FRENCH } from './french.ts'
import { GERMAN } from './german.ts'
import type { Language } from './language.ts'
import { SPANISH } from './spanish.ts'

/** Those that there are words for. One more is one more file; what it leaves out is asked of the provider. */
export const LANGUAGES: readonly Language[] = [ENGLISH, GERMAN, FRENCH, SPANISH]

/** By its code; undefined for one without words. */
export function languageOf(code: string): Language | undefined {
  return LANGUAGES.find((one) => one.code === code)
}

/**
 * The language that most of a text's words are common in. Undefined where no word is, or where two languages have as many:
 * what is in no known language is held to stricter rules.
 */
export function detectLanguage(tokens: readonly string[]): Language | undefined {
  const counts = LANGUAGES.map(({ common }) => tokens.filter((token) => common.has(token)).length)
  const most = Math.max(...counts)
  if (most === 0 || counts.filter((count) => count === most).length > 1) return undefined
  return LANGUAGES[counts.indexOf(most)]
}
