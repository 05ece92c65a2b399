import { isObject } from './json.ts'

/** Every string in a part of a request: what it says, and the names and words around it. */
export function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(stringsOf)
  return isObject(value) ? Object.values(value).flatMap(stringsOf) : []
}

/** Parts that a model reads as they are written: tools and schemas. */
export function textOfJson(...parts: readonly unknown[]): string[] {
  return parts.flatMap((part) => (part ? [JSON.stringify(part)] : []))
}
