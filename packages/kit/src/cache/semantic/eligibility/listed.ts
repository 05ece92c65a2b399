import type { Language } from '../languages/language.ts'
import { type Phrases, phrasesOf } from '../languages/phrases.ts'
import type { Subject } from './subject.ts'

type List = 'timely' | 'followUps' | 'edits'

const known = new Map<Language, Map<List, Phrases>>()

/** A list of each language that counts for a text, in the form that its words are in. */
export function listed({ languages }: Pick<Subject, 'languages'>, list: List): Phrases {
  return languages.flatMap((language) => {
    const lists = known.get(language) ?? new Map<List, Phrases>()
    known.set(language, lists)
    const phrases = lists.get(list) ?? phrasesOf(language[list])
    lists.set(list, phrases)
    return phrases
  })
}
