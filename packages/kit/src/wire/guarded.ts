import type { TollgateError } from '../core/errors.ts'
import { invalid } from './json.ts'
import { type Fields, scanFields } from './json-fields.ts'

/**
 * Two parsers may disagree about a field that is given twice, or in another case (some of them match names without
 * regard to it): what we checked must be what the provider reads. So it is with what stands inside: a cap may be a field
 * of a field.
 */
export function refuseAmbiguity(
  text: string,
  { spans, duplicates }: Fields,
  guarded: ReadonlySet<string>,
): void {
  const spellings = spellingsOf(guarded)
  for (const [name, { start, end }] of spans) {
    const known = spellings.get(caseFold(name))
    if (known === undefined) continue
    if (name !== known) throw misspelt(name, known)
    if (duplicates.has(name)) throw givenTwice(name, name)
    if (text[start] === '{') refuseDuplicatesIn(name, text.slice(start, end))
  }
}

function refuseDuplicatesIn(name: string, object: string): void {
  let duplicates: ReadonlySet<string>
  try {
    duplicates = scanFields(object).duplicates
  } catch {
    throw invalid(name, `\`${name}\` has more fields than any request needs.`)
  }
  const [inner] = duplicates
  if (inner !== undefined) throw givenTwice(name, `${name}.${inner}`)
}

export function misspelt(name: string, known: string): TollgateError {
  return invalid(known, `\`${name}\` is not a field: write \`${known}\`.`)
}

export function givenTwice(param: string, path: string): TollgateError {
  return invalid(param, `\`${path}\` is given twice: two readers may disagree about which one counts.`)
}

/** A name as such parsers fold it, both ways: `\u017f` is a small s, and `\u212a` a capital K. */
export function caseFold(name: string): string {
  return name.toUpperCase().toLowerCase()
}

const folded = new WeakMap<ReadonlySet<string>, ReadonlyMap<string, string>>()

/** Guarded fields by their folded names; each format's set is folded once. */
export function spellingsOf(guarded: ReadonlySet<string>): ReadonlyMap<string, string> {
  const known = folded.get(guarded)
  if (known) return known
  const spellings = new Map([...guarded].map((name) => [caseFold(name), name]))
  folded.set(guarded, spellings)
  return spellings
}
