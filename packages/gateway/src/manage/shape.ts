import { TollgateError } from '@tollgate/kit/core'
import { z } from 'zod'
import { hint, listed } from '../config/nearest.ts'
import { mergePatch } from './merge.ts'

type Json = Readonly<Record<string, unknown>>

/** How something is written as JSON: the one source of what is taken, what is answered, and what OpenAPI says of both. */
export interface Shape<Value> {
  /** As it is written. */
  readonly wire: z.ZodObject
  /** The same as a patch: every field may be left out, and null takes one away that need not be there. */
  readonly patch: z.ZodObject
  /** @throws TollgateError `invalid_request`, with the field that is wrong. */
  read(json: unknown): Value
  write(value: Value): Json
  /** A value with a patch merged into it. @throws TollgateError as {@link read} does. */
  merge(value: Value, patch: unknown): Value
}

/** The two ways between what is written and what is kept. */
export interface Ways<Wire, Value> {
  readonly read: (wire: Wire) => Value
  readonly write: (value: Value) => { readonly [Field in keyof Wire]: Wire[Field] | undefined }
}

/** Make a shape of its fields, which are codecs where a record keeps them in another form, and of the ways between. */
export function shapeOf<Fields extends z.ZodRawShape, Value>(
  fields: Fields,
  ways: Ways<z.output<z.ZodObject<Fields, z.core.$strict>>, Value>,
): Shape<Value> {
  const wire = z.strictObject(fields)
  const patch = patchOf(fields)
  const read = (json: unknown) => ways.read(decoded(wire, json))
  const write = (value: Value) => encoded(wire, present(ways.write(value))) as Json
  return {
    wire,
    patch,
    read,
    write,
    merge: (value, change) => read(mergePatch(write(value), checked(patch, change))),
  }
}

function patchOf(fields: z.ZodRawShape): z.ZodObject {
  const patched = Object.entries(fields).map(([name, field]) => [name, patchedField(field as z.ZodType)])
  return z.strictObject(Object.fromEntries(patched))
}

/** An object inside of it is merged as well, and so may lose each of its own fields. */
function patchedField(field: z.ZodType): z.ZodType {
  const inner = unwrapped(field)
  const patched = inner instanceof z.ZodObject ? patchOf(inner.shape) : field
  const patch = (field.isOptional() ? patched.nullable() : patched).optional()
  return field.description === undefined ? patch : patch.describe(field.description)
}

/** The fields that are there. */
export function present<T extends object>(fields: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

/**
 * What is kept, as it is written. It is told as it is: a file, an import or a release before this one may have kept what nobody
 * could write here, and one such thing must not hide a whole list.
 */
export function encoded(schema: z.ZodType, value: unknown): unknown {
  if (value === undefined || value === null) return value
  const inner = bare(schema)
  if (inner instanceof z.ZodCodec) return z.encode(inner, value)
  if (inner instanceof z.ZodArray)
    return (value as readonly unknown[]).map((item) => encoded(inner.element as z.ZodType, item))
  if (!(inner instanceof z.ZodObject)) return value
  const fields = Object.entries(value).map(([name, field]) => [name, encoded(inner.shape[name], field)])
  return Object.fromEntries(fields)
}

/** What a text of JSON says, once it is right. @throws TollgateError `invalid_request`, with the field that is wrong. */
export function decoded<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const result = schema.safeParse(json, { reportInput: true })
  if (result.success) return result.data
  throw refusal(schema, result.error.issues)
}

/** The same, as it was written. */
function checked(schema: z.ZodType, json: unknown): Json {
  decoded(schema, json)
  return json as Json
}

/** All that is wrong in one sentence each; the first names the parameter. */
function refusal(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): TollgateError<'invalid_request'> {
  const said = issues.flatMap((issue) => sentences(schema, issue))
  const [first] = said
  return new TollgateError('invalid_request', {
    message: said.map(({ place, text }) => `${place === '' ? 'The body' : place} ${text}.`).join(' '),
    ...(first && first.place !== '' && { param: first.place }),
  })
}

interface Said {
  readonly place: string
  readonly text: string
}

function sentences(schema: z.ZodType, issue: z.core.$ZodIssue): Said[] {
  const place = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const known = fieldsAt(schema, issue.path)
    return issue.keys.map((key) => ({
      place: [...issue.path, key].join('.'),
      text: `is not a field: ${hint(key, known)}`.replace(/\?$/, ''),
    }))
  }
  if (issue.code === 'invalid_type') return [{ place, text: wrongType(issue) }]
  if (issue.code === 'invalid_value') return [{ place, text: `must be ${listed(issue.values.map(String))}` }]
  if (issue.code === 'too_small') return [{ place, text: `is too small: at least ${issue.minimum}` }]
  if (issue.code === 'too_big') return [{ place, text: `is too large: at most ${issue.maximum}` }]
  return [{ place, text: issue.message }]
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function wrongType({ input, expected }: z.core.$ZodIssueInvalidType): string {
  if (input === undefined) return 'is missing'
  return `must be ${KINDS[expected] ?? expected}`
}

/** The names that an object takes at a place of a schema. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const [step, ...rest] = path
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodObject) {
    const { shape } = inner as z.ZodObject
    return step === undefined ? Object.keys(shape) : fieldsAt(shape[String(step)] as z.ZodType, rest)
  }
  if (inner instanceof z.ZodArray && step !== undefined) return fieldsAt(inner.element as z.ZodType, rest)
  return []
}

function unwrapped(schema: z.ZodType): z.ZodType {
  const inner = bare(schema)
  if (inner instanceof z.ZodCodec || inner instanceof z.ZodPipe) return unwrapped(inner.in as z.ZodType)
  return inner
}

/** What a value has to be that is there. */
function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return bare(schema.unwrap() as z.ZodType)
  return schema
}
