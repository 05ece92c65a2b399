import type { ReceivedCall } from '../../../wire/received-call.ts'
import type { Language } from '../languages/language.ts'
import { detectLanguage, LANGUAGES } from '../languages/languages.ts'
import { inOneRow } from '../languages/phrases.ts'
import { tokensOf } from '../tokens.ts'

/** What the rules of eligibility look at: a call, and the text that its last message is. */
export interface Subject {
  readonly text: string
  readonly received: ReceivedCall
  /** Its answer is one user's alone. */
  readonly isPrivate: boolean
  /** How many words it has, and all of them in a row. */
  readonly length: number
  readonly row: string
  /** Whose words count: those of the text's language, and of all where that is not known. */
  readonly languages: readonly Language[]
}

export function subjectOf(text: string, about: Pick<Subject, 'received' | 'isPrivate'>): Subject {
  return { text, ...about, ...wordsOf(text) }
}

/** The words of a text, and whose they are. */
export function wordsOf(text: string): Pick<Subject, 'length' | 'row' | 'languages'> {
  const tokens = tokensOf(text)
  const language = detectLanguage(tokens.map(({ lower }) => lower))
  return { length: tokens.length, row: inOneRow(tokens), languages: language ? [language] : LANGUAGES }
}
