import type { Language } from '../languages/language.ts'
import type { Token } from '../tokens.ts'

const LETTER = /\p{L}/u
const DIGIT = /\p{N}/u
const JOINED = /[/@_:+.-]/u
const CAPITALS = /^\p{Lu}{2,}$/u
const INNER_CAPITAL = /\p{Ll}\p{Lu}/u
const CAPITALISED = /^\p{Lu}/u

/**
 * What a text is about by name, in lower case: product numbers, identifiers, addresses and acronyms in any language; in
 * those that capitalise names alone also whatever is capitalised inside a sentence. German capitalises every noun, and there
 * a noun is the most likely thing to be another one.
 */
export function namesOf(tokens: readonly Token[], language: Language | undefined): readonly string[] {
  const names = tokens.filter(
    ({ text, starts }) =>
      isIdentifier(text) || (language && !starts && CAPITALISED.test(text) && text !== 'I'),
  )
  return [...new Set(names.map(({ lower }) => lower))].sort()
}

function isIdentifier(text: string): boolean {
  if (JOINED.test(text) || CAPITALS.test(text) || INNER_CAPITAL.test(text)) return true
  return LETTER.test(text) && DIGIT.test(text)
}
