import type { FormPart } from '../multipart.ts'
import { namedByField } from './named-by-field.ts'

/** What the fields of a form name; its files are read by nobody here. */
export function namedInForm(parts: readonly FormPart[], bytes: Buffer): readonly string[] {
  return parts
    .filter(({ isFile }) => !isFile)
    .flatMap(({ name, start, end }) => namedByField(name, bytes.toString('utf8', start, end)))
}
