import type { FormPart } from '../multipart.ts'
import { foldedName, NAMING } from './naming.ts'

/** What the fields of a form name; its files are read by nobody here. */
export function namedInForm(parts: readonly FormPart[], bytes: Buffer): readonly string[] {
  return parts
    .filter(({ name, isFile }) => !isFile && NAMING.has(foldedName(name.replace(/\[.*$/, ''))))
    .map(({ start, end }) => bytes.toString('utf8', start, end))
}
