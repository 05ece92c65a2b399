import { listed } from './listed.ts'
import type { Subject } from './subject.ts'

/** A text this short that says “it” speaks of something else than its own words, words. */
const SHORT = 6
const FEW = 3

/** Whether a text can only be understood from what was said before: it is alike to many that mean something else. */
export function goesOn(subject: Subject): boolean {
  const { row, length, languages } = subject
  const begins = listed(subject, 'followUps').some((phrase) => {
    const isOneWord = phrase.indexOf(' ', 1) === phrase.length - 1
    return row.startsWith(phrase) && (!isOneWord || length <= FEW)
  })
  if (begins) return true
  return (
    length <= SHORT && row.split(' ').some((word) => languages.some(({ pronouns }) => pronouns.has(word)))
  )
}
