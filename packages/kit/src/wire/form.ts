import { isUtf8 } from 'node:buffer'
import { TollgateError } from '../core/errors.ts'
import { caseFold, givenTwice, misspelt, spellingsOf } from './guarded.ts'
import { invalid, type JsonObject } from './json.ts'
import { type FormPart, scanForm } from './multipart.ts'

/** A request as a form, `multipart/form-data`: its parts, in the bytes that they came in. */
export interface Form {
  readonly parts: readonly FormPart[]
}

/** How the fields of an endpoint's forms are read, which are all text. */
export interface FormRules {
  readonly integers: readonly string[]
  readonly booleans: readonly string[]
  /** Guarded fields that are files, as often as they are given; none as a rule. */
  readonly files?: readonly string[]
  /** The same request may come as JSON. */
  readonly orJson: boolean
}

/** The same, and the fields that enforcement reads. */
export interface GuardedFormRules extends FormRules {
  readonly guarded: ReadonlySet<string>
}

const FORM_TYPE = /^multipart\/form-data\s*(?:;|$)/i
/** What a boundary is made of: https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1 */
const BOUNDARY = /^multipart\/form-data\s*;\s*boundary=(?:"([\w'()+,./:=?-]{1,70})"|([\w'+.-]{1,70}))\s*$/i

export function isForm(contentType: string | undefined): contentType is string {
  return contentType !== undefined && FORM_TYPE.test(contentType)
}

/** What stands between the parts of a form, as its type says; undefined where it does not, or not plainly. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? []
  return quoted ?? plain
}

/** A form, read: fields by name, a file as its bytes, and what is given as a list (`image[]`) under its bare name. */
export interface ReadForm {
  readonly form: Form
  readonly body: JsonObject
}

/**
 * Read a form as its endpoint's fields. Nothing is copied.
 *
 * @throws TollgateError `invalid_request` when it is broken, or says something that enforcement reads in two ways.
 */
export function readForm(bytes: Buffer, contentType: string, rules: GuardedFormRules): ReadForm {
  const boundary = boundaryOf(contentType)
  if (boundary === undefined) throw broken('its content-type names no boundary')
  const parts = partsOf(bytes, boundary)
  const spellings = spellingsOf(rules.guarded)
  const body: Record<string, unknown> = Object.create(null)
  for (const part of parts) {
    const name = part.name.replace(/\[.*$/, '')
    const known = spellings.get(caseFold(name))
    if (known !== undefined) {
      if (rules.files?.includes(known)) refuseMisspelt(name, known)
      else refuseUnclear(part, known, Object.hasOwn(body, known))
    }
    const value = fieldIn(part, bytes, rules)
    body[name] = part.name === name && !Object.hasOwn(body, name) ? value : [body[name] ?? [], value].flat()
  }
  return { form: { parts }, body }
}

function partsOf(bytes: Buffer, boundary: string): readonly FormPart[] {
  try {
    return scanForm(bytes, boundary)
  } catch (cause) {
    throw broken((cause as SyntaxError).message, cause)
  }
}

function broken(why: string, cause?: unknown): TollgateError {
  return new TollgateError('invalid_request', { message: `The form cannot be read: ${why}.`, cause })
}

/** What enforcement goes by stands once, as text, under its own name. */
function refuseUnclear({ name, isFile }: FormPart, known: string, twice: boolean): void {
  refuseMisspelt(name, known)
  if (isFile) throw invalid(known, `\`${known}\` is text, and no file.`)
  if (twice) throw givenTwice(known, known)
}

function refuseMisspelt(name: string, known: string): void {
  if (name !== known) throw misspelt(name, known)
}

function fieldIn({ name, isFile, start, end }: FormPart, bytes: Buffer, rules: FormRules): unknown {
  const content = bytes.subarray(start, end)
  if (isFile) return content
  if (!isUtf8(content)) throw invalid(name, `\`${name}\` is not valid UTF-8.`)
  const text = content.toString('utf8')
  if (rules.integers.includes(name)) return integerIn(text, name)
  if (rules.booleans.includes(name)) return booleanIn(text, name)
  return text
}

function integerIn(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw invalid(name, `\`${name}\` is an integer.`)
  return Number(text)
}

/** Readers of forms differ in which words they take for true. */
function booleanIn(text: string, name: string): boolean {
  if (text !== 'true' && text !== 'false') throw invalid(name, `\`${name}\` is true or false.`)
  return text === 'true'
}

/** The fields of a form for people to read: of each file only that it is there. */
export function withoutFiles(body: JsonObject): JsonObject {
  const shown = (value: unknown): unknown => {
    if (Buffer.isBuffer(value)) return '(file)'
    return Array.isArray(value) ? value.map(shown) : value
  }
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, shown(value)]))
}

/** Bytes of the texts among the fields of a form: files are not read as text. */
export function textBytesOf(body: JsonObject): number {
  return Object.values(body)
    .flat()
    .reduce<number>((sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 0), 0)
}

/** Replace the text of fields that are there; every other byte of the form stays as it came. */
export function spliceForm(bytes: Buffer, { parts }: Form, edits: ReadonlyMap<string, unknown>): Buffer {
  const pieces: Buffer[] = []
  let at = 0
  for (const { name, start, end } of parts) {
    const value = edits.get(name)
    if (value === undefined) continue
    pieces.push(bytes.subarray(at, start), Buffer.from(String(value)))
    at = end
  }
  return Buffer.concat([...pieces, bytes.subarray(at)])
}
