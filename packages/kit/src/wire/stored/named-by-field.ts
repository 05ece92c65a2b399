import { parseJson } from '../json.ts'
import { namedIn } from './named-in.ts'
import { foldedName, NAMING } from './naming.ts'

/**
 * What one field of a form or of a query names. A field inside another is written with brackets, as OpenAI's clients do
 * (`input_reference[file_id]`), with dots, as Google's servers read it, or as JSON in place of a text, which some servers read
 * as such.
 *
 * @throws TollgateError `invalid_request` when it nests too deeply, or names more than any request needs.
 */
export function namedByField(name: string, said: string): readonly string[] {
  // What stands between brackets is a field, or the place in a list.
  const fields = name.split(/[[\].]+/).filter((field) => !/^\d*$/.test(field))
  const [first] = fields
  if (first === undefined || WORDS.has(foldedName(first))) return []
  // What an id is of would be said by another field, which may be written in another way.
  const isId = fields.length > 1 && foldedName(fields.at(-1)!) === 'id'
  if (isId || fields.some((field) => NAMING.has(foldedName(field)))) return said === '' ? [] : [said]
  return namedIn(fields.reduceRight((value, field) => `{${JSON.stringify(field)}:${value}}`, asJson(said)))
}

/** What a caller says in its own words, which may be JSON that means nothing to a provider. */
const WORDS: ReadonlySet<string> = new Set(['prompt', 'metadata'])

function asJson(said: string): string {
  const isNested = /^\s*[[{]/.test(said) && parseJson(said) !== undefined
  return isNested ? said : JSON.stringify(said)
}
