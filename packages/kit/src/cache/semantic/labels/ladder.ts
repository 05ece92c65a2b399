import { isObject } from '../../../core/json-object.ts'
import { canonical } from '../../canonical.ts'
import type { Pair } from './judge.ts'

/** Longer answers than this are seldom the same word for word, and rightly so. */
const SHORT = 64

/**
 * What needs no judge: answers that are equal, as JSON or as short texts; and short ones that are not. Undefined where
 * somebody has to read them.
 */
export function compareAnswers({ freshAnswer, keptAnswer }: Pair): 'same' | 'different' | undefined {
  if (freshAnswer === keptAnswer) return 'same'
  const [fresh, kept] = [jsonOf(freshAnswer), jsonOf(keptAnswer)]
  if (fresh !== undefined && fresh === kept) return 'same'
  if (plain(freshAnswer) === plain(keptAnswer)) return 'same'
  return isWord(freshAnswer) && isWord(keptAnswer) ? 'different' : undefined
}

/** In one spelling; undefined for what is no object and no list. */
function jsonOf(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) || Array.isArray(value) ? canonical(value).text : undefined
  } catch {
    return undefined
  }
}

/** Without what changes nothing of a short answer: case, spaces, punctuation at the end. Longer ones stay as they are. */
function plain(text: string): string {
  if (text.length > SHORT) return text
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/^[\s"'“”]+|[\s.!"'“”]+$/g, '')
}

/** One word or number: a class, an enumeration's value. Two of them that differ mean something else. */
function isWord(text: string): boolean {
  return text.length <= SHORT && /^[\p{L}\p{N}_-]+$/u.test(plain(text))
}
