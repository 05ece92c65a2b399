import { invalid, isObject, type JsonObject } from '../json.ts'

/** A field of a request that may be absent or null, and is otherwise text. `path` is what the client calls it. */
export function textField(of: JsonObject, name: string, path: string = name): string | undefined {
  const value = of[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalid(path, `\`${path}\` is a string.`)
  return value
}

export function requiredText(of: JsonObject, name: string, path: string = name): string {
  const value = textField(of, name, path)
  if (value === undefined) throw invalid(path, `\`${path}\` is missing.`)
  return value
}

export function numberField(of: JsonObject, name: string): number | undefined {
  const value = of[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number') throw invalid(name, `\`${name}\` is a number.`)
  return value
}

export function objectField(of: JsonObject, name: string, path: string = name): JsonObject | undefined {
  const value = of[name]
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw invalid(path, `\`${path}\` is an object.`)
  return value
}

/** A list of objects; empty when it is absent or null. */
export function objectsField(of: JsonObject, name: string, path: string = name): readonly JsonObject[] {
  const value = of[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(isObject))
    throw invalid(path, `\`${path}\` is a list of objects.`)
  return value
}

/** One of a few words. */
export function wordField<Word extends string>(
  of: JsonObject,
  name: string,
  words: readonly Word[],
  path: string = name,
): Word | undefined {
  const value = textField(of, name, path)
  if (value === undefined) return undefined
  if (!(words as readonly string[]).includes(value)) {
    throw invalid(path, `\`${path}\` is one of ${words.join(', ')}.`)
  }
  return value as Word
}

/** Texts by name, OpenAI's `metadata`. */
export function textsByName(of: JsonObject, name: string): Readonly<Record<string, string>> | undefined {
  const found = objectField(of, name)
  if (found && !Object.values(found).every((value) => typeof value === 'string')) {
    throw invalid(name, `\`${name}\` holds strings.`)
  }
  return found as Readonly<Record<string, string>> | undefined
}
