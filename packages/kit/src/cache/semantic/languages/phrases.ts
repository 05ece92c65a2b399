import { type Token, tokensOf } from '../tokens.ts'

/** Words in a row that are looked for, apart by spaces, a space around each. */
export type Phrases = readonly string[]

/** Phrases in the form that texts are looked through in: “e-mail” is two words in both. */
export function phrasesOf(listed: readonly string[]): Phrases {
  return listed.map((phrase) => inOneRow(tokensOf(phrase)))
}

/** All words of a text in lower case, a space around each. */
export function inOneRow(tokens: readonly Token[]): string {
  return ` ${tokens.map(({ lower }) => lower).join(' ')} `
}
