import { invalid, isObject, type JsonObject } from '../json.ts'

/**
 * Google reads every field of its APIs in camelCase and in snake_case, a single value where a list is asked for, and the
 * words of an enum in any case. What enforcement and translation read must be what it reads.
 *
 * Source: https://protobuf.dev/programming-guides/json/
 */
function snakeCase(name: string): string {
  const known = SNAKE_CASE.get(name)
  if (known !== undefined) return known
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  SNAKE_CASE.set(name, snake)
  return snake
}

/** Every field that is looked for, once: the names are this code's own, and each chunk of a stream is asked for a dozen. */
const SNAKE_CASE = new Map<string, string>()

/** The spelling of a field that an object has; camelCase when it has none. @throws TollgateError when it has both. */
export function spellingOf(of: JsonObject, name: string, path: string = name): string {
  const snake = snakeCase(name)
  if (snake === name || of[snake] === undefined) return name
  if (of[name] === undefined) return snake
  throw invalid(path, `\`${path}\` is given twice, once as \`${snake}\`: which one counts is not known.`)
}

/** A field by its camelCase name; undefined when it is absent or null. */
export function field(of: JsonObject, name: string, path: string = name): unknown {
  return of[spellingOf(of, name, path)] ?? undefined
}

export function objectField(of: JsonObject, name: string, path: string = name): JsonObject | undefined {
  const value = field(of, name, path)
  if (value === undefined || isObject(value)) return value
  throw invalid(path, `\`${path}\` is an object.`)
}

/** A list of objects, or one of them by itself; empty when it is absent. */
export function objectsField(of: JsonObject, name: string, path: string = name): readonly JsonObject[] {
  const value = field(of, name, path)
  if (value === undefined) return []
  const list = Array.isArray(value) ? value : [value]
  if (list.every(isObject)) return list
  throw invalid(path, `\`${path}\` is a list of objects.`)
}

export function textField(of: JsonObject, name: string, path: string = name): string | undefined {
  const value = field(of, name, path)
  if (value === undefined || typeof value === 'string') return value
  throw invalid(path, `\`${path}\` is a string.`)
}

export function textsField(of: JsonObject, name: string, path: string = name): readonly string[] | undefined {
  const value = field(of, name, path)
  if (value === undefined) return undefined
  const list = Array.isArray(value) ? value : [value]
  if (list.every((text) => typeof text === 'string')) return list
  throw invalid(path, `\`${path}\` is a list of strings.`)
}

export function numberField(of: JsonObject, name: string, path: string = name): number | undefined {
  const value = field(of, name, path)
  if (value === undefined || typeof value === 'number') return value
  throw invalid(path, `\`${path}\` is a number.`)
}

export function integerField(
  of: JsonObject,
  name: string,
  { path = name, min, max }: { readonly path?: string; readonly min: number; readonly max: number },
): number | undefined {
  const value = field(of, name, path)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw invalid(path, `\`${path}\` is an integer from ${min} to ${max}.`)
}

export function booleanField(of: JsonObject, name: string, path: string = name): boolean | undefined {
  const value = field(of, name, path)
  if (value === undefined || typeof value === 'boolean') return value
  throw invalid(path, `\`${path}\` is true or false.`)
}

/** A word of an enum, in capitals. */
export function wordField(of: JsonObject, name: string, path: string = name): string | undefined {
  return textField(of, name, path)?.toUpperCase()
}

/** The fields of an object by their camelCase names, but for those that are null. */
export function camelFields(of: JsonObject): readonly (readonly [name: string, value: unknown])[] {
  return Object.entries(of)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value])
}
